import { parse } from 'yaml';

/** A value with its line in README.md. */
export interface DocumentedValue {
  /** `gateway.replicas` */
  readonly path: string;
  readonly value: unknown;
  readonly description: string;
}

export interface ValuesTree {
  readonly documented: readonly DocumentedValue[];
  /** Paths of values that neither have a description nor are part of one that has. */
  readonly undocumented: readonly string[];
}

const LINE = /^( *)(?:# -- (.+)|([\w.-]+):.*)$/;

/** Reads values.yaml: a comment that begins with `--` before a key is its description. */
export function documentedValues(text: string): ValuesTree {
  const values: unknown = parse(text);
  const documented = descriptions(text).map(({ path, description }) => ({
    path,
    description,
    value: valueAt(values, path),
  }));
  const covered = documented.map(({ path }) => path);
  const isCovered = (leaf: string) => covered.some((path) => leaf === path || leaf.startsWith(`${path}.`));
  return { documented, undocumented: leaves('', values).filter((leaf) => !isCovered(leaf)) };
}

/** By lines: a parser of YAML gives some comments to what stands before them. */
function descriptions(text: string): { readonly path: string; readonly description: string }[] {
  const found: { path: string; description: string }[] = [];
  const above: { readonly indent: number; readonly key: string }[] = [];
  let pending: string | undefined;
  for (const line of text.split('\n')) {
    const [, space = '', description, key] = LINE.exec(line) ?? [];
    if (description !== undefined) pending = description;
    if (key === undefined) continue;
    while ((above.at(-1)?.indent ?? -1) >= space.length) above.pop();
    above.push({ indent: space.length, key });
    if (pending !== undefined) {
      found.push({ path: above.map((each) => each.key).join('.'), description: pending });
      pending = undefined;
    }
  }
  return found;
}

function valueAt(values: unknown, path: string): unknown {
  let place = values;
  for (const key of path.split('.')) place = (place as Record<string, unknown>)[key];
  return place;
}

function leaves(path: string, value: unknown): string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isMap ? Object.entries(value) : [];
  if (entries.length === 0) return [path];
  return entries.flatMap(([key, child]) => leaves(path ? `${path}.${key}` : key, child));
}
