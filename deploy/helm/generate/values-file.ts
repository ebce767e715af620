import { DEFAULT_ALERTMANAGER } from '../../../alerts/alertmanager/settings.ts';
import { DEFAULT_SETTINGS } from '../../../alerts/settings.ts';
import { ALERT_NAMES, THRESHOLDS, type AlertThresholds } from '../../../alerts/thresholds.ts';

/** Texts about a limit, which no user sets. */
const WORDS = new Set(['measures', 'unit', 'why']);

const UNITS = {
  seconds: ' (in seconds)',
  messages: '',
  ratio: ' (80% is 0.8)',
  none: '',
} as const satisfies Record<AlertThresholds['unit'], string>;

/** Name of a block in values.yaml -> its lines, which the code has a home for. */
function blocks(): Readonly<Record<string, readonly string[]>> {
  const { selectors, links, prometheus } = DEFAULT_SETTINGS;
  return {
    'alerts.selectors.memory': [
      "# -- Series of a container's working set and limit, and the labels that both have. Ours, unless you want cAdvisor's.",
      'memory:',
      ...Object.entries(selectors.memory).map(([key, value]) => `  ${key}: ${flow(value)}`),
    ],
    'alerts.links': ['links:', ...documented(links, LINKS)],
    'alerts.prometheus': ['prometheus:', ...documented(prometheus, PROMETHEUS)],
    'alerts.thresholds': ['thresholds:', ...ALERT_NAMES.flatMap((name) => thresholdLines(name))],
    'alertmanagerConfig.timing': [
      '# -- How long the first message waits for more, how soon news of an incident follows, how soon the same is told again.',
      'timing:',
      ...Object.entries(DEFAULT_ALERTMANAGER.timing).map(([name, timing]) => `  ${name}: ${flow(timing)}`),
    ],
  };
}

const LINKS = {
  runbooks: 'Where `<AlertName>.md` stand.',
  dashboards: 'Address of Grafana, as those see it who get the alerts.',
} as const satisfies Record<keyof (typeof DEFAULT_SETTINGS)['links'], string>;

const PROMETHEUS = {
  scrapeInterval: 'Of the ServiceMonitors.',
  evaluationInterval: 'Of the rules.',
  retention: 'How long your Prometheus keeps samples.',
} as const satisfies Record<keyof (typeof DEFAULT_SETTINGS)['prometheus'], string>;

function documented(values: object, texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [
    `  # -- ${texts[key]}`,
    `  ${key}: ${flow(value)}`,
  ]);
}

function thresholdLines(name: (typeof ALERT_NAMES)[number]): string[] {
  const limits: AlertThresholds = THRESHOLDS[name];
  const { measures, unit } = limits;
  return [
    `  # -- Fires on: ${measures}${UNITS[unit]}.`,
    `  ${name}:`,
    ...Object.entries(limits)
      .filter(([key]) => !WORDS.has(key))
      .map(([key, value]) => `    ${key}: ${flow(value)}`),
  ];
}

/** As prettier writes it. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => flow(each)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([key, child]) => `${key}: ${flow(child)}`);
  return `{ ${fields.join(', ')} }`;
}

/**
 * values.yaml with what the code decides filled in between its marks, `# <name>: begin` and `# <name>: end`.
 * @throws {RangeError} where a block's marks are not there
 */
export function valuesFile(current: string): string {
  let text = current;
  for (const [name, lines] of Object.entries(blocks())) {
    const block = new RegExp(String.raw`^( *)# ${name}: begin\n(.*\n)*?\1# ${name}: end$`, 'm');
    const [, indent] = block.exec(text) ?? [];
    if (indent === undefined) throw new RangeError(`values.yaml has no marks for ${name}`);
    const filled = [`# ${name}: begin`, ...lines, `# ${name}: end`].map((line) => `${indent}${line}`);
    text = text.replace(block, () => filled.join('\n'));
  }
  return text;
}
