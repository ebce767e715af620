import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import type { Thresholds } from '../alerts/thresholds.ts';
import { deploys, firingAlerts, starts } from './annotations.ts';
import { DASHBOARDS, link, TAG, uidOf, type DashboardName } from './links.ts';
import { CHOSEN_JOBS } from './select.ts';
import { DATASOURCE_VARIABLE, IN_BOT_VARIABLE, NAMESPACE } from './variables.ts';

/** What users can change about the dashboards: the same settings that the rules are made from. */
export interface DashboardSettings {
  readonly thresholds: Thresholds;
  /** Where `<AlertName>.md` stand. */
  readonly runbooks: string;
  /** Labels beside `namespace` that tell one bot from another, such as `cluster`. */
  readonly groupBy?: readonly string[];
}

/** Panels under a heading, in the order of reading: left to right, then down. */
export interface Section {
  /** Of the heading; panels have ids of their own. */
  readonly id: number;
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

export interface DashboardSpec {
  readonly name: DashboardName;
  readonly description: string;
  /** Beside datasource and namespace. */
  readonly variables: readonly Builder<VariableModel>[];
  /** Matcher of the processes that it is about, by one of its variables. */
  readonly processes?: string;
  readonly panels: readonly Builder<Panel>[] | readonly Section[];
}

const VERSION = 1;
/** Of Grafana 11: newer ones migrate it, older ones would not know a newer one. */
const SCHEMA_VERSION = 39;

/** What all dashboards have in common. */
export function dashboard(spec: DashboardSpec, { runbooks }: DashboardSettings): Dashboard {
  const { processes = CHOSEN_JOBS } = spec;
  const builder = new DashboardBuilder(`shardwatch / ${DASHBOARDS[spec.name]}`)
    .uid(uidOf(spec.name))
    .description(spec.description)
    .tags([TAG])
    .readonly()
    .version(VERSION)
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([DATASOURCE_VARIABLE, NAMESPACE, IN_BOT_VARIABLE, ...spec.variables])
    .annotations([firingAlerts('critical'), firingAlerts('warning'), starts(processes), deploys(processes)])
    .links([others(), link('Runbooks', runbooks).icon('doc').targetBlank(true)]);
  for (const part of spec.panels) add(builder, part);
  return { ...builder.build(), schemaVersion: SCHEMA_VERSION };
}

function add(builder: DashboardBuilder, part: Builder<Panel> | Section): void {
  if (!('panels' in part)) {
    builder.withPanel(part);
    return;
  }
  builder.withRow(new RowBuilder(part.title).id(part.id));
  for (const panel of part.panels) builder.withPanel(panel);
}

/** All of ours, at the same time and with the same variables. */
function others(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('shardwatch')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .includeVars(true)
    .keepTime(true);
}
