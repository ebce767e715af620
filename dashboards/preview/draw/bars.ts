import type { CustomSeriesOption } from 'echarts/charts';

import type { Curve } from './series.ts';
import type { Scale } from './scale.ts';
import { withAlpha } from './theme.ts';

/** Of the time from one sample to the next. */
const WIDTH_SHARE = 0.7;

/** A bar a sample, standing on what it is stacked on. */
export function barSeries(curve: Curve, axis: number, scale: Scale): CustomSeriesOption {
  const { times, values, stacked, style, color } = curve;
  const halfMs = (((times[1] ?? 0) - (times[0] ?? 0)) * WIDTH_SHARE) / 2;
  const bars = values.flatMap((own, index) => {
    if (own === null || own === 0) return [];
    const at = times[index] ?? 0;
    const top = stacked?.[index] ?? own;
    return [{ from: at - halfMs, to: at + halfMs, bottom: scale.place(top - own), top: scale.place(top) }];
  });
  const stroke = style.lineWidth > 0 ? { stroke: color, lineWidth: style.lineWidth } : {};
  return {
    type: 'custom',
    yAxisIndex: axis,
    silent: true,
    clip: true,
    data: bars.map(({ from, bottom, to, top }) => [from, bottom, to, top]),
    renderItem: ({ dataIndex }, api) => {
      const bar = bars[dataIndex];
      if (!bar) return undefined;
      const [x = 0, y = 0] = api.coord([bar.from, Math.max(bar.top, bar.bottom)]);
      const [right = 0, base = 0] = api.coord([bar.to, Math.min(bar.top, bar.bottom)]);
      return {
        type: 'rect',
        shape: { x, y, width: Math.max(1, right - x), height: base - y },
        style: { fill: withAlpha(color, style.fill), ...stroke },
      };
    },
  };
}
