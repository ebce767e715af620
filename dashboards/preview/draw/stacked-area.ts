import type { CustomSeriesOption } from 'echarts/charts';

import type { Curve } from './series.ts';
import type { Scale } from './scale.ts';
import { withAlpha } from './theme.ts';

/** What a stacked series adds: between its line and what lies below it. ECharts stacks only equal scales. */
export function stackedArea(curve: Curve, axis: number, scale: Scale): CustomSeriesOption {
  const stretches = stretchesOf(curve, scale);
  const fill = withAlpha(curve.color, curve.style.fill);
  return {
    type: 'custom',
    yAxisIndex: axis,
    silent: true,
    clip: true,
    data: stretches.map(([first]) => first ?? [0, 0, 0]),
    renderItem: ({ dataIndex }, api) => {
      const points = stretches[dataIndex] ?? [];
      const upper = points.map(([at, , top]) => api.coord([at, top]));
      const lower = points.map(([at, bottom]) => api.coord([at, bottom]));
      return { type: 'polygon', shape: { points: [...upper, ...lower.toReversed()] }, style: { fill } };
    },
  };
}

type Slice = readonly [at: number, bottom: number, top: number];

/** Without the gaps that are long enough to show. */
function stretchesOf({ times, values, stacked, style }: Curve, scale: Scale): Slice[][] {
  const found: Slice[][] = [];
  let open = false;
  let lastAt = 0;
  for (const [index, top] of (stacked ?? []).entries()) {
    const at = times[index] ?? 0;
    const own = values[index] ?? null;
    if (top === null || own === null) {
      if (at - lastAt >= style.bridgedMs) open = false;
      continue;
    }
    const slice: Slice = [at, scale.place(top - own), scale.place(top)];
    if (open && at - lastAt <= Math.max(style.bridgedMs, (times[1] ?? 0) - (times[0] ?? 0))) {
      found.at(-1)?.push(slice);
    } else {
      found.push([slice]);
    }
    open = true;
    lastAt = at;
  }
  return found;
}
