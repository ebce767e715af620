import type { Manifest } from './helm.ts';

interface Model {
  validate(): void;
}
type ModelClass = new (data: object) => Model;

/** Packages that have a model of every kind of an API group. */
const OPERATORS: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'keda.sh': '@kubernetes-models/keda',
};

/**
 * Holds a manifest against the schema that the API server has of its kind.
 * @throws {Error} naming the fields that are wrong
 * @throws {RangeError} when no schema of it is known here
 */
async function validate(manifest: Manifest): Promise<void> {
  const { apiVersion, kind } = manifest;
  const [group = ''] = apiVersion.split('/');
  const path = `${OPERATORS[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
  let models: Record<string, ModelClass>;
  try {
    models = (await import(path)) as Record<string, ModelClass>;
  } catch (error) {
    throw new RangeError(`no schema of ${apiVersion} ${kind}`, { cause: error });
  }
  const model = models[kind];
  if (!model) throw new RangeError(`${path} has no ${kind}`);
  new model(manifest).validate();
}

/** Everything that is wrong with any of them. */
export async function invalid(manifests: readonly Manifest[]): Promise<string[]> {
  const faults: string[] = [];
  for (const manifest of manifests) {
    try {
      await validate(manifest);
    } catch (error) {
      faults.push(`${manifest.kind} ${manifest.metadata.name}: ${String(error)}`);
    }
  }
  return faults;
}
