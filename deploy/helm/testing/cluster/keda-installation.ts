import { BOT_VALUES, CHART_ALONE, type Installation } from './bot-in-cluster.ts';
import { buildKedaImages, installKeda } from './keda.ts';

/** The worker that gets more than it can do. */
export const BUSY = {
  worker: 'moderation-worker',
  concurrency: 2,
  replicas: 1,
  maxReplicas: 3,
  /** Messages a pod. */
  lagThreshold: 10,
} as const;

/** The chart scaled by KEDA, with shorter times than one would have. */
export const SCALED_BY_KEDA: Installation = {
  ...CHART_ALONE,
  values: {
    ...BOT_VALUES,
    workerDefaults: {
      keda: { enabled: true, pollingSeconds: 5, scaleDownSeconds: 15, lagThreshold: BUSY.lagThreshold },
    },
    workers: {
      [BUSY.worker]: {
        replicas: BUSY.replicas,
        concurrency: BUSY.concurrency,
        keda: { maxReplicas: BUSY.maxReplicas },
      },
    },
  },
  images: async (docker) => [...(await CHART_ALONE.images(docker)), ...(await buildKedaImages(docker))],
  prepare: async (cluster, namespace) => {
    await CHART_ALONE.prepare(cluster, namespace);
    await installKeda(cluster);
  },
};
