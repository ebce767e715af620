import { request } from 'node:http';

import { Counter, Gauge, Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';

import { startHttp, type HealthCheck, type HttpServer } from './http.ts';
import { createLogger } from './log.ts';
import { portOwner } from './port-owner.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const well: HealthCheck = { name: 'loop', problem: () => undefined };
const ill: HealthCheck = { name: 'nats', problem: () => 'not connected to NATS' };

async function start(options: Partial<Parameters<typeof startHttp>[0]> = {}): Promise<HttpServer> {
  const server = await startHttp({ port: 0, registry: new Registry(), live: [], ready: [], log, ...options });
  onTestFinished(async () => server.close());
  return server;
}

/** The path is sent as it is; fetch would tidy it up. */
async function get(port: number, path: string, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    type: string;
    body: string;
  }>();
  request({ port, path, method, agent: false }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    response.on('end', () => {
      const type = response.headers['content-type'] ?? '';
      resolve({ status: response.statusCode ?? 0, type, body });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

test('port 0 takes a free one, and /metrics serves the registry in the text format', async () => {
  const registry = new Registry();
  new Counter({ name: 'worker_things_total', help: 'Things.', registers: [registry] }).inc(3);
  const { port } = await start({ registry });
  expect(port).toBeGreaterThan(0);
  const { status, type, body } = await get(port, '/metrics?x=1');
  expect(status).toBe(200);
  expect(type).toContain('text/plain; version=0.0.4');
  expect(body).toContain('worker_things_total 3');
});

test('live and ready are answered apart, /health shows both, and a problem is 503 in words', async () => {
  const { port } = await start({ live: [well], ready: [ill] });
  expect(await get(port, '/health/live')).toMatchObject({ status: 200, type: 'application/json' });
  const ready = await get(port, '/health/ready');
  expect(ready.status).toBe(503);
  expect(JSON.parse(ready.body)).toEqual({
    status: 'failing',
    checks: [{ name: 'nats', problem: 'not connected to NATS' }],
  });
  const both = await get(port, '/health');
  expect(both.status).toBe(503);
  expect(JSON.parse(both.body)).toMatchObject({
    checks: [{ name: 'loop', problem: null }, { name: 'nats' }],
  });
});

test('a check that throws counts as a problem', async () => {
  const broken: HealthCheck = {
    name: 'broken',
    problem: () => {
      throw new Error('cannot tell');
    },
  };
  const { port } = await start({ live: [broken] });
  const { status, body } = await get(port, '/health/live');
  expect(status).toBe(503);
  expect(body).toContain('the check failed: cannot tell');
});

test('a metric that cannot be collected is a 500, and the next request is answered', async () => {
  const registry = new Registry();
  let broken = true;
  const gauge = new Gauge({
    name: 'worker_level',
    help: 'Level.',
    registers: [],
    collect() {
      if (broken) throw new Error('nothing to collect');
    },
  });
  registry.registerMetric(gauge);
  const { port } = await start({ registry });
  expect(await get(port, '/metrics')).toMatchObject({ status: 500, body: 'nothing to collect\n' });
  broken = false;
  expect((await get(port, '/metrics')).status).toBe(200);
});

test('other paths are 404 and name those that are there, other methods 405', async () => {
  const { port } = await start();
  for (const path of ['/', '/metrics/', '/nothing', '/__proto__']) {
    expect(await get(port, path)).toMatchObject({
      status: 404,
      body: 'try /metrics /health/live /health/ready /health\n',
    });
  }
  expect((await get(port, '/metrics', 'POST')).status).toBe(405);
  expect(await get(port, '/metrics', 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('a port that is taken is named, with the process that holds it where the system tells', async () => {
  const { port } = await start();
  const owner = process.platform === 'linux' ? `, pid ${process.pid}` : 'another process';
  await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_TAKEN', exitCode: 1 });
  await expect(start({ port })).rejects.toThrow(new RegExp(`Port ${port} is taken by .*${owner}`));
});

test('a port that nobody listens on has no owner', async () => {
  const server = await startHttp({ port: 0, registry: new Registry(), live: [], ready: [], log });
  await server.close();
  expect(portOwner(server.port)).toBeUndefined();
});

test('closing ends a request that is still being answered', async () => {
  const registry = new Registry();
  const asked = Promise.withResolvers<void>();
  const gauge = new Gauge({
    name: 'worker_level',
    help: 'Level.',
    registers: [],
    async collect() {
      asked.resolve();
      await new Promise(() => undefined);
    },
  });
  registry.registerMetric(gauge);
  const server = await startHttp({ port: 0, registry, live: [], ready: [], log });
  const answer = get(server.port, '/metrics').catch((error: unknown) => error);
  await asked.promise;
  await server.close();
  expect(await answer).toBeInstanceOf(Error);
});
