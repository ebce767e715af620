import { dashboardFiles } from '../../../dashboards/artifacts.ts';
import { markedSettings } from './marked-settings.ts';
import { withPlaceholders } from './rule-template.ts';

/** Grafana's own variables look like the rules' placeholders. */
const GRAFANA = '${';
const SET_ASIDE = '<<grafana>>';
const OURS = '@{';

/** The dashboards as the chart ships them, with `@{...}` in the place of every limit and address. */
export function dashboardTemplates(): { readonly path: string; readonly text: string }[] {
  const { settings, marks } = markedSettings();
  const files = dashboardFiles({ thresholds: settings.thresholds, runbooks: settings.links.runbooks });
  return files.map(({ path, text }) => {
    const filled = withPlaceholders(text.replaceAll(GRAFANA, SET_ASIDE), marks);
    return { path, text: filled.replaceAll(GRAFANA, OURS).replaceAll(SET_ASIDE, GRAFANA) };
  });
}
