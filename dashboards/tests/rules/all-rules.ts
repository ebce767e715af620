import { botsApart, linksKeepTheBot } from './bots.ts';
import { distinguishable, timelines, words } from './colors.ts';
import { clickable, links } from './links.ts';
import {
  datasources,
  identity,
  introduced,
  layout,
  overviewFits,
  panelIds,
  provisioned,
  targets,
  units,
  variables,
} from './panels.ts';
import { counters, groupings, knownMetrics, placeMatchers, promql, rateInterval } from './queries.ts';
import type { LintRule } from './rule.ts';
import { bounded, legends } from './series.ts';
import { thresholdLines, thresholds } from './thresholds.ts';

/** In the spirit of https://github.com/grafana/dashboard-linter, and what this pack asks beyond it. */
export const LINT_RULES: readonly LintRule[] = [
  identity,
  provisioned,
  panelIds,
  layout,
  overviewFits,
  introduced,
  units,
  targets,
  datasources,
  variables,
  promql,
  rateInterval,
  counters,
  knownMetrics,
  groupings,
  placeMatchers,
  bounded,
  legends,
  botsApart,
  linksKeepTheBot,
  thresholds,
  thresholdLines,
  distinguishable,
  words,
  timelines,
  links,
  clickable,
];
