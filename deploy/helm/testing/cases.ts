import { CONSUMER_NAMES } from '../../../bot/streams.ts';
import type { Rendering } from './helm.ts';

/** Who is told, for cases in which somebody is. */
export const RECEIVERS = {
  page: [
    { pagerduty: { secret: 'on-call', key: 'routing-key' } },
    { discord: { secret: 'on-call', key: 'discord' } },
  ],
  ticket: [
    { slack: { secret: 'tickets', key: 'url', channel: '#tickets' } },
    { email: { to: 'a@example.org', from: 'b@example.org', smarthost: 'mail.example.org:587' } },
  ],
  deadMan: [{ webhook: { secret: 'dead-man', key: 'url' } }],
};

const KEDA = { workerDefaults: { keda: { enabled: true, maxReplicas: 4 } } };
const TLS = {
  nats: {
    url: 'tls://nats.eu:4222,tls://nats.us:4333',
    replicas: 3,
    auth: { type: 'creds', existingSecret: 'nats-creds' },
    tls: { enabled: true, existingSecret: 'nats-tls', clientCertificate: true },
  },
};

/** Installations as people have them, by what is special about each. */
export const CASES: readonly (readonly [string, Rendering])[] = [
  ['defaults', {}],
  [
    'everything on',
    {
      namespace: 'everything',
      values: {
        ...TLS,
        ...KEDA,
        gateway: { replicas: 4, shardCount: 16, shardsPerProcess: 4, strategy: 'postgres_coordination' },
        alertmanagerConfig: { enabled: true, receivers: RECEIVERS },
        telemetry: { otlpEndpoint: 'http://collector:4318', sentry: { existingSecret: 'sentry' } },
        rollOnSecretChange: true,
        imagePullSecrets: [{ name: 'registry' }],
        commonLabels: { team: 'bots' },
        env: { LOG_LEVEL: 'debug', OTEL_TRACES_SAMPLER_ARG: 0.5 },
        image: { digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
      },
    },
  ],
  [
    'everything off',
    {
      values: {
        serviceAccount: { create: false },
        podDisruptionBudget: { enabled: false },
        networkPolicy: { enabled: false },
        serviceMonitor: { enabled: false },
        dashboards: { enabled: false },
        alerts: { enabled: false },
      },
    },
  ],
  ['one shard', { values: { gateway: { shardCount: 1, shardsPerProcess: 1 } } }],
  ['64 shards', { values: { gateway: { replicas: 4, shardCount: 64, shardsPerProcess: 16 } } }],
  [
    'a last gateway that is not full',
    { values: { gateway: { replicas: 4, shardCount: 10, shardsPerProcess: 3 } } },
  ],
  [
    'leases in PostgreSQL',
    {
      values: {
        gateway: { replicas: 5, shardCount: 16, shardsPerProcess: 4, strategy: 'postgres_coordination' },
      },
    },
  ],
  ['leases in NATS', { values: { gateway: { replicas: 2, shardsPerProcess: 8, strategy: 'nats_kv' } } }],
  ['NATS with TLS, a client certificate and credentials', { values: TLS }],
  [
    'NATS with a password, and TLS that the system trusts',
    {
      values: {
        nats: {
          url: 'tls://nats.example.org',
          auth: { type: 'password', user: 'bot', existingSecret: 'nats' },
          tls: { enabled: true, caKey: '' },
        },
      },
    },
  ],
  ['NATS with a token', { values: { nats: { auth: { type: 'token', existingSecret: 'nats' } } } }],
  ['scaled by KEDA', { values: KEDA }],
  [
    'one worker for all consumers',
    {
      values: {
        workers: {
          'moderation-worker': { enabled: false },
          'voice-tracker': { enabled: false },
          'interaction-responder': { enabled: false },
          'task-worker': { enabled: false },
          all: { consumers: CONSUMER_NAMES, replicas: 2 },
        },
      },
    },
  ],
  [
    'a consumer of the user',
    {
      values: {
        consumers: { welcome: { stream: 'DISCORD_EVENTS', maxAckPending: 100 } },
        workers: { welcome: { keda: { enabled: true } } },
      },
    },
  ],
  ['people are told', { values: { alertmanagerConfig: { enabled: true, receivers: RECEIVERS } } }],
  [
    'people are told of all namespaces, and nobody hears the Watchdog',
    {
      values: {
        alerts: { selectors: { allNamespaces: true, groupBy: ['cluster'] } },
        alertmanagerConfig: {
          enabled: true,
          receivers: {
            page: [{ webhook: { url: 'http://bridge:8080' } }],
            ticket: [{ webhook: { url: 'http://bridge:8080' } }],
          },
        },
      },
    },
  ],
  [
    'other thresholds',
    {
      values: {
        alerts: {
          thresholds: { DiscordShardEventGap: { warning: { value: 45 } } },
          disable: ['DeadLettersArriving'],
        },
      },
    },
  ],
  [
    'the simulator as Discord',
    {
      values: { discord: { apiUrl: 'http://simulator:3000/api' }, networkPolicy: { simulatorPorts: [3001] } },
    },
  ],
  ['a release of another name', { release: 'prod', namespace: 'discord-prod' }],
  [
    'a release name as long as they can be',
    { release: 'a-release-name-that-is-as-long-as-helm-allows-them-to' },
  ],
  ['other names', { values: { nameOverride: 'bot', fullnameOverride: 'my-bot' } }],
  ['the oldest Kubernetes', { kubeVersion: '1.28.0' }],
  [
    'pods as a careful cluster wants them',
    {
      values: {
        gateway: {
          podLabels: { 'sidecar.istio.io/inject': 'false' },
          podAnnotations: { note: 'x' },
          nodeSelector: { 'kubernetes.io/arch': 'amd64' },
          tolerations: [{ key: 'bots', operator: 'Exists' }],
          priorityClassName: 'high',
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
            },
          ],
          extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
          extraVolumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
          extraVolumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
        monitoring: { release: '', labels: { prometheus: 'main' } },
        networkPolicy: {
          metricsFrom: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
          ],
          natsTo: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'nats' } } }],
          extraEgress: [{ ports: [{ protocol: 'TCP', port: 3128 }] }],
        },
      },
    },
  ],
];
