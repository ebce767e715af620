import { differenceSeen, type Vision, VISIONS } from '../testing/color-vision.ts';
import { nameOf, queryPanelsOf, type Mapping, type Panel } from '../testing/dashboard-json.ts';
import type { LintRule } from './rule.ts';

/** Of CIELAB: below about 10, small areas beside each other are taken for one. */
const LEAST_DIFFERENCE = 12;
const HEX = /^#[0-9a-f]{6}$/i;
const NO_COLOR = new Set(['transparent', 'text']);

/** Colours that mean something in one panel differ for every kind of colour vision. */
export const distinguishable: LintRule = {
  name: 'colors-differ-for-all',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard).flatMap((panel) => {
      const all = [...new Set(colorsOf(panel))].filter((color) => !NO_COLOR.has(color));
      const unknown = all.filter((color) => !HEX.test(color));
      if (unknown.length > 0)
        return [`${nameOf(panel)} uses ${unknown.join(', ')}: not #rrggbb, so nobody can say how it looks`];
      return all.flatMap((color, index) =>
        all
          .slice(index + 1)
          .flatMap((other) =>
            VISIONS.filter((vision) => tooAlike(color, other, vision)).map(
              (vision) => `${nameOf(panel)}: ${color} and ${other} look alike (${vision})`,
            ),
          ),
      );
    }),
};

function tooAlike(color: string, other: string, vision: Vision): boolean {
  return differenceSeen(color, other, vision) < LEAST_DIFFERENCE;
}

/** A coloured state has its word. */
export const words: LintRule = {
  name: 'mappings-have-text',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard).flatMap((panel) =>
      resultsOf(panel)
        .filter(({ text = '' }) => text.trim() === '')
        .map(() => `${nameOf(panel)} maps a value to a colour without a word`),
    ),
};

/** What bands of a timeline mean cannot be read off an axis. */
export const timelines: LintRule = {
  name: 'timelines-have-words',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard)
      .filter(
        (panel) => ['state-timeline', 'status-history'].includes(panel.type) && resultsOf(panel).length === 0,
      )
      .map((panel) => `${nameOf(panel)} has states without words`),
};

interface MappingResult {
  readonly text?: string;
  readonly color?: string;
}

function resultsOf({ fieldConfig }: Panel): MappingResult[] {
  const overridden = propertiesOf(fieldConfig, 'mappings') as (readonly Mapping[])[];
  return [...(fieldConfig?.defaults?.mappings ?? []), ...overridden.flat()].flatMap(({ type, options }) => {
    if (type === 'value') return Object.values(options as Record<string, MappingResult>);
    return [(options as { result: MappingResult }).result];
  });
}

function colorsOf(panel: Panel): string[] {
  const { fieldConfig } = panel;
  const thresholds = [fieldConfig?.defaults?.thresholds, ...propertiesOf(fieldConfig, 'thresholds')] as {
    steps?: readonly { color: string }[];
  }[];
  const fixed = [fieldConfig?.defaults?.color, ...propertiesOf(fieldConfig, 'color')] as {
    fixedColor?: string;
  }[];
  return [
    ...thresholds.flatMap((each) => (each?.steps ?? []).map(({ color }) => color)),
    ...fixed.flatMap((each) => each?.fixedColor ?? []),
    ...resultsOf(panel).flatMap(({ color }) => color ?? []),
  ];
}

function propertiesOf(fieldConfig: Panel['fieldConfig'], wanted: string): unknown[] {
  return (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) => (id === wanted ? [value] : [])),
  );
}
