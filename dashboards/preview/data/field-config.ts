import type { FieldConfigJson, FieldSettings } from '../dashboard-json.ts';
import { nameOf, type Field, type Frame } from './frame.ts';

type Override = NonNullable<FieldConfigJson['overrides']>[number];

/** Gives every field its settings: the panel's defaults and the overrides that match it, later ones winning. */
export function applyFieldConfig(frames: readonly Frame[], config: FieldConfigJson = {}): readonly Frame[] {
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => ({ ...field, settings: settingsOf(field, frame, config) })),
  }));
}

function settingsOf(
  field: Field,
  frame: Frame,
  { defaults = {}, overrides = [] }: FieldConfigJson,
): FieldSettings {
  let settings = defaults;
  for (const override of overrides) {
    if (!matches(field, frame, override.matcher)) continue;
    for (const { id, value } of override.properties) settings = withProperty(settings, id, value);
  }
  return settings;
}

function matches(field: Field, frame: Frame, { id, options }: Override['matcher']): boolean {
  const name = nameOf(field);
  switch (id) {
    case 'byName':
      return name === options || field.name === options;
    case 'byRegexp':
      return new RegExp(String(options).replace(/^\/(.*)\/$/s, '$1')).test(name);
    case 'byType':
      return field.type === options;
    case 'byFrameRefID':
      return frame.refId === options;
    default:
      throw new Error(`override matcher "${id}" is not known here`);
  }
}

/** `unit`, `custom.lineWidth`, `color`, ... */
function withProperty(settings: FieldSettings, id: string, value: unknown): FieldSettings {
  if (!id.startsWith('custom.')) return { ...settings, [id]: value };
  const [, first = '', ...rest] = id.split('.');
  if (rest.length === 0) return { ...settings, custom: { ...settings.custom, [first]: value } };
  const inner = settings.custom?.[first];
  const object = typeof inner === 'object' && inner !== null ? inner : {};
  return { ...settings, custom: { ...settings.custom, [first]: { ...object, [rest.join('.')]: value } } };
}
