import { FONT } from './svg-chart.ts';
import type { Theme } from './theme.ts';

/** Of the whole page; sizes and colours are Grafana's. */
export function styleSheet(theme: Theme): string {
  const { canvas, panel, border, text, secondary, link, unfilled } = theme;
  return `
* { box-sizing: border-box; margin: 0; padding: 0; }
body { position: relative; background: ${canvas}; color: ${text}; font: 14px/1.57 ${FONT}; overflow: hidden; }
i { font-style: normal; } em { font-style: normal; color: ${secondary}; } a { color: ${text}; }
svg { display: block; }
nav { position: absolute; inset: 0 0 auto 0; height: 40px; padding: 0 16px; display: flex; justify-content: space-between;
  align-items: center; background: ${panel}; border-bottom: 1px solid ${border}; }
nav span, nav i { color: ${secondary}; margin-right: 8px; } nav span:last-child { color: ${text}; font-weight: 500; }
nav b, .controls b { font-weight: 400; border: 1px solid ${border}; border-radius: 2px; padding: 4px 10px; margin-left: 8px; }
.controls { position: absolute; top: 48px; left: 16px; right: 16px; display: flex; justify-content: space-between; font-size: 12px; }
.choices { display: flex; flex-wrap: wrap; gap: 8px 0; } .choices > span { display: flex; white-space: nowrap; } .links { display: flex; flex: none; align-items: flex-start; }
.controls label { background: ${panel}; border: 1px solid ${border}; padding: 6px 8px; font-weight: 500; height: 32px; line-height: 18px; white-space: nowrap; }
.controls b { margin: 0 8px 0 0; background: ${canvas}; height: 32px; line-height: 22px; border-left: 0; max-width: 330px;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.controls .switch { margin-right: 8px; display: flex; align-items: center; }
.switch i { width: 26px; height: 14px; border-radius: 7px; margin-left: 8px; background: ${unfilled}; border: 1px solid ${border}; position: relative; }
.switch i::after { content: ''; position: absolute; top: 1px; left: 1px; width: 10px; height: 10px; border-radius: 5px; background: ${secondary}; }
.switch.on i { background: #3d71d9; } .switch.on i::after { left: 13px; background: #fff; }
.controls a { border: 1px solid ${border}; background: ${panel}; padding: 5px 10px; margin-left: 8px; border-radius: 2px; }
.place, .row { position: absolute; }
.row { height: 30px; line-height: 30px; font-size: 16px; font-weight: 500; } .row i { color: ${secondary}; margin: 0 6px 0 2px; }
.panel { background: ${panel}; border: 1px solid ${border}; border-radius: 2px; overflow: hidden; }
.panel.transparent { background: none; border-color: transparent; }
header { display: flex; align-items: center; padding: 0 8px; }
h2 { font-size: 14px; font-weight: 500; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.mark { flex: none; width: 14px; height: 14px; border-radius: 7px; border: 1px solid ${secondary}; color: ${secondary};
  font: 600 9px/12px ${FONT}; text-align: center; margin-left: 8px; }
.mark.link { border: 0; font-size: 13px; } .mark.failed { border-color: ${theme.color('red')}; color: ${theme.color('red')}; }
.body { margin: 0 8px 8px; position: relative; overflow: hidden; } .panel > .body:first-child { margin-top: 8px; }
.nothing { display: flex; height: 100%; align-items: center; justify-content: center; text-align: center; color: ${secondary}; font-size: 18px; }
.nothing.failed { color: ${theme.color('red')}; font-size: 13px; }
.beside { display: flex; }
.legend { font-size: 12px; line-height: 24px; overflow: hidden; }
.legend .list { display: flex; flex-wrap: wrap; } .legend .item { margin-right: 14px; white-space: nowrap; height: 24px; } .legend em { margin-left: 8px; }
.dash { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
.legend table { width: 100%; border-collapse: collapse; } .legend th { color: ${link}; font-weight: 500; text-align: right; }
.legend td { text-align: right; border-top: 1px solid ${border}; white-space: nowrap; padding-left: 12px; }
.legend .name { text-align: left; overflow: hidden; text-overflow: ellipsis; padding-left: 4px; }
.stats { display: flex; gap: 8px; height: 100%; } .stats.down { flex-direction: column; }
.tile { position: relative; flex: none; border-radius: 3px; padding: 8px 10px; display: flex; overflow: hidden; font-weight: 500; line-height: 1.2; }
.tile.stacked { flex-direction: column; justify-content: center; } .tile.center { align-items: center; text-align: center; }
.tile.with-graph { justify-content: flex-start; } .tile.wide { align-items: center; justify-content: space-between; }
.tile .name { white-space: nowrap; z-index: 1; } .tile .value { white-space: nowrap; z-index: 1; } .spark { position: absolute; left: 0; bottom: 0; }
.cells { table-layout: fixed; width: 100%; border-collapse: collapse; font-size: 14px; }
.cells th { color: ${text}; font-weight: 500; font-size: 12px; padding: 0 6px; border-bottom: 1px solid ${border}; white-space: nowrap; }
.cells td { padding: 0 6px; border-bottom: 1px solid ${border}; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.cells u { text-decoration-color: ${secondary}; text-underline-offset: 3px; }
.cells .left { text-align: left; } .cells .right { text-align: right; } .cells .center { text-align: center; }
.scroll { position: absolute; right: 0; bottom: 0; width: 6px; } .scroll i { display: block; background: ${secondary}; opacity: 0.5; border-radius: 3px; }
.gauge { display: inline-block; width: calc(100% - 70px); height: 18px; background: ${unfilled}; vertical-align: middle; margin-right: 8px; }
.gauge b { display: block; height: 100%; }
.more { color: ${secondary}; font-size: 12px; padding: 8px 6px; }
.bars { display: flex; flex-direction: column; height: 100%; justify-content: center; }
.bar { display: flex; align-items: center; gap: 10px; } .bar .name { width: 24%; text-align: right; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.bar .track { flex: 1; height: 100%; } .bar .track div { height: 100%; } .bar .value { width: 90px; font-weight: 500; }
.alert { border-left: 4px solid; background: ${unfilled}; margin-bottom: 6px; padding: 2px 10px; font-size: 13px; line-height: 17px; }
.alert .since { color: ${secondary}; font-size: 12px; }
.markdown { font-size: 14px; } .markdown h1, .markdown h2, .markdown h3 { font-weight: 500; margin: 4px 0; white-space: normal; }
.markdown p, .markdown ul, .markdown ol { margin-bottom: 8px; } .markdown ul, .markdown ol { padding-left: 22px; } .markdown a { color: ${link}; }
.markdown code { background: ${unfilled}; border: 1px solid ${border}; border-radius: 2px; padding: 1px 4px; font-size: 12px; }
footer { position: absolute; left: 16px; color: ${secondary}; font-size: 11px; line-height: 28px; }
`;
}
