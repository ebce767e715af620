import { beforeAll, describe, expect, test } from 'vitest';

import { runbookNames } from '../../../alerts/runbooks/runbook-files.ts';
import { parseRunbook } from '../../../alerts/runbooks/testing/parsed-runbook.ts';
import { GATEWAY_VARIABLES } from '../../../bot/gateway/config.ts';
import { WORKER_VARIABLES } from '../../../bot/worker/config.ts';
import { render, type Manifest } from '../testing/helm.ts';
import { ofKind, selects, workloads } from '../testing/manifests.ts';

/** A kubectl command of a runbook, with the variables that its beginning sets. */
interface Command {
  readonly runbook: string;
  readonly text: string;
}

const NAMES: Readonly<Record<string, string>> = {
  NS: 'bots',
  W: 'shardwatch-moderation-worker',
  POD: 'shardwatch-gateway-0',
};

const commands: readonly Command[] = runbookNames().flatMap((runbook) => {
  const { code, inline } = parseRunbook(runbook);
  const blocks = code.filter(({ language }) => language === 'sh').flatMap((block) => block.text.split('\n'));
  return [...blocks, ...inline.filter((each) => each.startsWith('kubectl '))]
    .flatMap((line) =>
      [...line.matchAll(/kubectl (?:[^|;&#]|&(?!\s*$))+/g)].map(([command]) => command.trim()),
    )
    .map((command) => ({
      runbook,
      text: command
        .replaceAll(/"?\$\{?(NS|W|POD)\}?"?/g, (_, name: string) => NAMES[name] ?? '')
        .replaceAll('"', ''),
    }));
});

let manifests: readonly Manifest[];
beforeAll(async () => {
  manifests = await render({
    values: {
      workerDefaults: { keda: { enabled: true } },
      workers: { 'voice-tracker': { keda: { maxReplicas: 2 } } },
    },
  });
});

/** Resources that a command names, in kubectl's short forms. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  pod: ['Pod'],
  pods: ['Pod'],
  sts: ['StatefulSet'],
  deploy: ['Deployment'],
  scaledobject: ['ScaledObject'],
  servicemonitor: ['ServiceMonitor'],
  prometheusrule: ['PrometheusRule'],
};

/** Labels of everything of that kind; pods are those of the workloads. */
function labelsOf(kind: string): Readonly<Record<string, string>>[] {
  if (kind === 'Pod') return workloads(manifests).map(({ labels }) => labels);
  return ofKind(manifests, kind).map(({ metadata }) => metadata.labels ?? {});
}

function requirements(selector: string): Record<string, string>[] {
  const [, key, values] = /^'?([\w./-]+) in \(([^)]*)\)'?$/.exec(selector) ?? [];
  if (key !== undefined) return (values ?? '').split(',').map((value) => ({ [key]: value.trim() }));
  return [Object.fromEntries(selector.split(',').map((each) => each.split('=') as [string, string]))];
}

describe('kubectl commands of the runbooks', () => {
  const ours = commands.filter(
    ({ text }) => text.includes('bots') && !/\bnats\b|nats-box|name=nats/.test(text),
  );

  test('are found', () => {
    expect(ours.length).toBeGreaterThan(40);
  });

  test('select something that the chart makes', () => {
    const selected = ours.flatMap(({ runbook, text }) => {
      const [, selector] = /-l ('[^']*'|\S+)/.exec(text) ?? [];
      return selector ? [{ runbook, text, selector: selector.replaceAll("'", '') }] : [];
    });
    expect(selected.length).toBeGreaterThan(10);
    for (const { runbook, text, selector } of selected) {
      const named = Object.keys(KINDS).filter((word) =>
        new RegExp(String.raw`(\s|,)${word}(\s|,)`).test(text),
      );
      const kinds = named.length > 0 ? named.flatMap((word) => KINDS[word] ?? []) : ['Pod'];
      for (const labels of requirements(selector)) {
        const found = kinds.some((kind) => labelsOf(kind).some((each) => selects(labels, each)));
        expect(found, `${runbook}: ${text}`).toBe(true);
      }
    }
  });

  test('name workloads, pods and scaled objects that there are', () => {
    const deployments = ofKind(manifests, 'Deployment').map(({ metadata }) => metadata.name);
    const named = ours.filter(({ text }) => /deploy\/|scaledobject |shardwatch-gateway-0/.test(text));
    expect(named.length).toBeGreaterThan(20);
    for (const { text } of named) {
      for (const [, name] of text.matchAll(/deploy\/([\w-]+)/g)) expect(deployments).toContain(name);
      for (const [, name] of text.matchAll(/scaledobject ([\w-]+)/g))
        expect(ofKind(manifests, 'ScaledObject').map(({ metadata }) => metadata.name)).toContain(name);
      if (text.includes('shardwatch-gateway-0'))
        expect(ofKind(manifests, 'StatefulSet').map(({ metadata }) => `${metadata.name}-0`)).toContain(
          'shardwatch-gateway-0',
        );
    }
  });

  test('run programs and set variables that the containers have', () => {
    const executed = ours.flatMap(({ text }) => [...text.matchAll(/ -- (node|ls)\b(?: (dist\/\S+))?/g)]);
    expect(executed.length).toBeGreaterThan(5);
    for (const [, , program] of executed)
      if (program !== undefined) expect(program).toMatch(/^dist\/bot\/worker\/dlq\/main\.js$/);
    const set = ours.flatMap(({ text }) => [
      ...(/ set env \S+ (?:-l \S+ )?([A-Z_]+)=/.exec(text)?.slice(1) ?? []),
    ]);
    expect(set.length).toBeGreaterThan(3);
    for (const name of set)
      expect([...Object.keys(GATEWAY_VARIABLES), ...Object.keys(WORKER_VARIABLES)]).toContain(name);
    // Without -c kubectl takes the first container, and there is but one.
    for (const { pod } of workloads(manifests)) expect(pod.containers).toHaveLength(1);
  });

  test('ask ports that the containers listen on', () => {
    const ports = workloads(manifests).flatMap(({ container }) =>
      container.ports?.map((each) => each.containerPort),
    );
    const asked = ours.flatMap(({ text }) =>
      [...text.matchAll(/127\.0\.0\.1:(\d+)\/health/g)].map(([, port]) => Number(port)),
    );
    expect(asked.length).toBeGreaterThan(1);
    for (const port of asked) expect(ports).toContain(port);
  });
});
