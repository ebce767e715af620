/** Both links of an alert, as they read once the labels are filled in. */
export function linked(dashboard: string, panel: number, variables = '', from = 'now-1h') {
  const page = `http://localhost:3000/d/shardwatch-${dashboard}?from=${from}&to=now${variables}`;
  return { dashboard_url: page, panel_url: `${page}&viewPanel=${panel}` };
}
