import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as monitoringAlpha from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1';

import type { Manifest } from './helm.ts';

interface Model {
  validate(): void;
}
type ModelClass = new (data: object) => Model;
type Models = Readonly<Record<string, unknown>>;

/** Models of resources that are not Kubernetes' own. */
const OPERATORS: Readonly<Record<string, Models>> = {
  'keda.sh/v1alpha1': keda,
  'monitoring.coreos.com/v1': monitoring,
  'monitoring.coreos.com/v1alpha1': monitoringAlpha,
};

/**
 * Holds a manifest against the schema that the API server has of its kind.
 * @throws {Error} naming the fields that are wrong
 * @throws {RangeError} when no schema of it is known here
 */
async function validate(manifest: Manifest): Promise<void> {
  const { apiVersion, kind } = manifest;
  const models = OPERATORS[apiVersion] ?? (await ownModels(apiVersion, kind));
  const model = models[kind];
  if (model === undefined) throw new RangeError(`no schema of ${apiVersion} ${kind}`);
  new (model as ModelClass)(manifest).validate();
}

async function ownModels(apiVersion: string, kind: string): Promise<Models> {
  try {
    return (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Models;
  } catch (error) {
    throw new RangeError(`no schema of ${apiVersion} ${kind}`, { cause: error });
  }
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
