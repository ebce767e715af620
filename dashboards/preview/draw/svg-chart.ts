import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent } from 'echarts/components';
import { init, setPlatformAPI, use, type ComposeOption } from 'echarts/core';
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

import type { Size } from './html.ts';
import { textWidth } from './text-width.ts';

export type ChartOption = ComposeOption<CustomSeriesOption | LineSeriesOption | GridComponentOption>;

export const FONT = 'Inter, Helvetica, Arial, sans-serif';

/** Draws a chart without a browser, as text that a page holds. */
export function svgChart(option: ChartOption, { width, height }: Size): string {
  prepare();
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

let prepared = false;

function prepare(): void {
  if (prepared) return;
  prepared = true;
  use([
    CustomChart,
    LineChart,
    GridComponent,
    MarkAreaComponent,
    MarkLineComponent,
    MarkPointComponent,
    SVGRenderer,
  ]);
  // Without a browser there is no canvas to measure on.
  setPlatformAPI({
    measureText: (text, font) => ({ width: textWidth(text, Number(/(\d+)px/.exec(font ?? '')?.[1] ?? 12)) }),
  });
}
