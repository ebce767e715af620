import type { Registry } from 'prom-client';

/** A family that writes its own lines: HELP, TYPE and one a series, the last without a line feed. */
export interface WritesItself {
  readonly name: string;
  text(): Promise<string>;
}

/**
 * What `/metrics` serves: what `registry.metrics()` would, but for families that write themselves. The
 * library takes 1.5 us a series, so 25 ms for the 17,000 of 1,000 shards. All families are asked in one
 * turn of the event loop.
 */
export async function exposition(registry: Registry): Promise<string> {
  const families: readonly (Partial<WritesItself> & { readonly name: string })[] =
    registry.getMetricsAsArray();
  const texts = families.map(async (family) =>
    family.text ? family.text() : registry.getSingleMetricAsString(family.name),
  );
  return `${(await Promise.all(texts)).join('\n\n')}\n`;
}
