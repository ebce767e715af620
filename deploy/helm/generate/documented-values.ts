import { isMap, isScalar, parseDocument, type Pair } from 'yaml';

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

/** Reads values.yaml: a comment that begins with `--` before a key is its description. */
export function documentedValues(text: string): ValuesTree {
  const tree = { documented: [] as DocumentedValue[], undocumented: [] as string[] };
  walk('', parseDocument(text).contents, tree, false);
  return tree;
}

function walk(
  path: string,
  node: unknown,
  tree: { documented: DocumentedValue[]; undocumented: string[] },
  isCovered: boolean,
): void {
  if (!isMap(node) || node.items.length === 0) {
    if (!isCovered) tree.undocumented.push(path);
    return;
  }
  for (const [index, pair] of node.items.entries()) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    const here = path ? `${path}.${key}` : key;
    // A comment before the first key of a map belongs to the map.
    const comment = [index === 0 ? node.commentBefore : undefined, commentOf(pair)]
      .filter(Boolean)
      .join('\n');
    const description = descriptionIn(comment);
    if (description !== undefined) {
      const { value } = pair as { value: { toJSON?: () => unknown } | null };
      tree.documented.push({ path: here, value: value?.toJSON?.() ?? null, description });
    }
    walk(here, pair.value, tree, isCovered || description !== undefined);
  }
}

function commentOf({ key }: Pair): string | undefined {
  return isScalar(key) ? (key.commentBefore ?? undefined) : undefined;
}

function descriptionIn(comment: string): string | undefined {
  const lines = comment.split('\n').map((line) => line.trim());
  const line = lines.find((each) => each.startsWith('-- '));
  return line?.slice('-- '.length);
}
