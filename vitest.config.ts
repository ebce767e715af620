import { defineConfig } from 'vitest/config';

const exclude = ['node_modules/**', 'dist/**', '.tools/**'];

/**
 * unit: no process, no socket beyond this one. integration: real nats-server, real processes.
 * slow: fetches and builds tools, deploys to a Docker daemon and a Kubernetes; only by `npm run test:slow`.
 */
export default defineConfig({
  test: {
    // Most of the time tests wait for processes: one a core, where vitest would keep one core free.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, '**/*.integration.test.ts', '**/*.slow.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude,
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: ['deploy/local/testing/require-tools.ts'],
        },
      },
      {
        test: {
          name: 'slow',
          include: ['**/*.slow.test.ts'],
          exclude,
          testTimeout: 900_000,
          // Most take every core, and some measure how long things take.
          fileParallelism: false,
        },
      },
    ],
  },
});
