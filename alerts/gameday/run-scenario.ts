import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../../runtime/errors.ts';
import { WATCHDOG } from '../thresholds.ts';
import type { Fleet } from './fleet.ts';
import type { Notification } from '../../deploy/local/page-receiver.ts';
import type { AlertResult, ScenarioResult } from './result.ts';
import type { CalmScenario, ExpectedAlert, PagingScenario, Scenario } from './scenario.ts';
import { holdMs, toleranceMs, type Timing } from './timing.ts';

export interface RunParts {
  readonly fleet: Fleet;
  readonly timing: Timing;
  readonly signal: AbortSignal;
  /** Told what happens now, in words. */
  readonly progress: (text: string) => void;
}

const LOOK_EVERY_MS = 200;
/** Reality has to cross the limit within this time, or the fault is no fault. */
const CROSSING_DEADLINE_MS = 360_000;
/** A page that is later than its floor by this much is a miss. */
const MISSED_AFTER_MS = 120_000;

/** Injects the fault, waits for its alerts, heals it, and waits for the end of them. */
export async function runScenario(parts: RunParts, scenario: Scenario): Promise<ScenarioResult> {
  const { fleet } = parts;
  const { name, title, kind } = scenario;
  const impossible = scenario.kind === 'pages' ? await scenario.impossible?.() : undefined;
  if (impossible !== undefined) return { name, title, kind, skipped: impossible, ok: true };
  const before = fleet.pages.notifications.length;
  const lostBefore = await fleet.eventsLost();
  try {
    const outcome =
      scenario.kind === 'pages' ? await runPaging(parts, scenario) : await runCalm(parts, scenario);
    const known: readonly string[] = scenario.kind === 'pages' ? namesOf(scenario) : [];
    const falseAlerts = fleet.pages.notifications.slice(before).filter(isFalse(known)).map(describe);
    const eventsLost = (await fleet.eventsLost()) - lostBefore;
    const ok =
      falseAlerts.length === 0 && eventsLost === 0 && (outcome.alerts ?? []).every((alert) => alert.ok);
    return { name, title, kind, ...outcome, falseAlerts: [...new Set(falseAlerts)], eventsLost, ok };
  } catch (error) {
    parts.signal.throwIfAborted();
    return { name, title, kind, failure: messageOf(error), ok: false };
  }
}

async function runPaging(parts: RunParts, scenario: PagingScenario): Promise<Partial<ScenarioResult>> {
  const { fleet, timing, progress, signal } = parts;
  await fleet.markInjection();
  const injectedAtMs = performance.now();
  const heal = await scenario.inject(fleet);
  let alerts: AlertResult[];
  try {
    progress(`waiting for ${scenario.expects.map(({ alertname }) => alertname).join(', ')}`);
    alerts = await Promise.all(
      scenario.expects.map(async (expected) => awaitAlert(parts, expected, injectedAtMs)),
    );
  } finally {
    await heal();
  }
  const healedAtMs = performance.now();
  progress('healed, waiting for the end of the alerts');
  const resolved = await untilQuiet(fleet, timing.resolveCapMs, signal);
  return { alerts, resolvedMs: resolved ? performance.now() - healedAtMs : undefined };
}

async function runCalm(parts: RunParts, scenario: CalmScenario): Promise<Partial<ScenarioResult>> {
  const { fleet, timing, progress, signal } = parts;
  progress('disturbing');
  await scenario.disturb(fleet);
  progress('watching');
  await sleep(timing.calmMs, undefined, { signal });
  return {};
}

/** When reality crossed the limit, and when somebody was told. */
async function awaitAlert(
  { fleet, timing, signal }: RunParts,
  expected: ExpectedAlert,
  injectedAtMs: number,
): Promise<AlertResult> {
  const { alertname, severity } = expected;
  const told = fleet.pages.waitFor(
    (notification) => tells(notification, expected) && notification.atMs >= injectedAtMs,
    CROSSING_DEADLINE_MS + MISSED_AFTER_MS + holdMs(timing, alertname, severity),
  );
  // Whoever waits no longer must not be an unhandled rejection.
  told.catch(() => undefined);
  const crossedMs = await crossing(fleet, expected, injectedAtMs, signal);
  const common = { alertname, severity };
  if (crossedMs === undefined) return { ...common, ok: false, problem: 'the limit was never crossed' };
  const floorMs = crossedMs + holdMs(timing, alertname, severity);
  const first = await beforeDeadline(told, injectedAtMs + floorMs + MISSED_AFTER_MS, signal);
  if (!first) return { ...common, ok: false, crossedMs, floorMs, problem: 'nobody was told' };
  const toldMs = first.atMs - injectedAtMs;
  const late = toldMs - floorMs;
  const problem =
    late > toleranceMs(timing) ? `later than its floor by ${(late / 1_000).toFixed(1)} s` : undefined;
  return { ...common, ok: problem === undefined, crossedMs, floorMs, toldMs, ...(problem && { problem }) };
}

/** Undefined when the time is up first. */
async function beforeDeadline<T>(
  promise: Promise<T>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const timer = sleep(Math.max(0, deadlineMs - performance.now()), undefined, { signal: either });
  try {
    return await Promise.race([promise, timer]);
  } finally {
    done.abort();
    timer.catch(() => undefined);
  }
}

/** Milliseconds from the injection until reality was beyond the limit. */
async function crossing(
  fleet: Fleet,
  expected: ExpectedAlert,
  injectedAtMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  while (performance.now() - injectedAtMs < CROSSING_DEADLINE_MS) {
    const lookedAtMs = performance.now();
    if (await expected.isTrue(fleet).catch(() => false)) return lookedAtMs - injectedAtMs;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  return undefined;
}

/** @returns whether no alert is firing or pending any more */
export async function untilQuiet(fleet: Fleet, capMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + capMs;
  while (performance.now() < deadline) {
    const active = await fleet.activeAlerts().catch(() => ['unknown']);
    if (active.length === 0) return true;
    await sleep(LOOK_EVERY_MS * 2, undefined, { signal });
  }
  return false;
}

function tells(notification: Notification, { alertname, severity, labels }: ExpectedAlert): boolean {
  return (
    notification.status === 'firing' &&
    notification.alertname === alertname &&
    notification.severity === severity &&
    Object.entries(labels).every(([name, value]) => notification.labels[name] === value)
  );
}

function namesOf({ expects, along }: PagingScenario): readonly string[] {
  return [...expects.map(({ alertname }) => alertname), ...along];
}

function isFalse(known: readonly string[]): (notification: Notification) => boolean {
  return ({ status, alertname }) =>
    status === 'firing' && alertname !== WATCHDOG && !known.includes(alertname);
}

function describe({ alertname, severity, labels }: Notification): string {
  const where = ['shard', 'consumer_name', 'component', 'instance'].flatMap((name) => labels[name] ?? []);
  return [alertname, severity, ...where].join(' ');
}
