/** Path into a file -> what stands there instead; undefined removes it. */
export type Fault = Readonly<Record<string, unknown>>;

/** A copy with a fault in it. @throws where the path leads to nothing: the fault would be none */
export function plant<T>(file: T, fault: Fault): T {
  const copy = structuredClone(file);
  for (const [path, value] of Object.entries(fault)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let place: unknown = copy;
    for (const key of keys) place = (place as Record<string, unknown> | undefined)?.[key];
    if (typeof place !== 'object' || place === null) throw new Error(`nothing at ${path}`);
    if (value === undefined && !Object.hasOwn(place, last)) throw new Error(`nothing at ${path}`);
    if (value !== undefined) (place as Record<string, unknown>)[last] = value;
    else if (Array.isArray(place)) place.splice(Number(last), 1);
    else delete (place as Record<string, unknown>)[last];
  }
  return copy;
}
