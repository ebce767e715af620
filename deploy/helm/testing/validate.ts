import { createRequire } from 'node:module';

import type { Manifest } from './helm.ts';

interface Model {
  validate(): void;
}
type ModelClass = new (data: object) => Model;

const require = createRequire(import.meta.url);

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
export function validate(manifest: Manifest): void {
  const { apiVersion, kind } = manifest;
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const operator = OPERATORS[group];
  const path = operator ? `${operator}/${apiVersion}/${kind}` : `kubernetes-models/${apiVersion}/${kind}`;
  let models: Record<string, ModelClass>;
  try {
    models = require(path) as Record<string, ModelClass>;
  } catch (error) {
    throw new RangeError(`no schema of ${apiVersion} ${kind} (${version})`, { cause: error });
  }
  const model = models[kind];
  if (!model) throw new RangeError(`${path} has no ${kind}`);
  new model(manifest).validate();
}
