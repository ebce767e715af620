import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { CodedError, messageOf } from '../../runtime/errors.ts';

type Labels = Readonly<Record<string, string>>;
type Status = 'firing' | 'resolved';

/** One alert in one message from Alertmanager. */
export interface Notification {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** The path that it was posted to, without the slash. */
  readonly receiver: string;
  readonly status: Status;
  readonly alertname: string;
  readonly severity: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly groupKey: string;
}

/** One post: what somebody's telephone rings for once. */
export interface Message {
  readonly atMs: number;
  readonly receiver: string;
  /** Firing as long as one of its alerts is. */
  readonly status: Status;
  readonly groupKey: string;
  readonly notifications: readonly Notification[];
}

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
interface WebhookBody {
  readonly status: Status;
  readonly groupKey: string;
  readonly alerts: readonly Pick<Notification, 'status' | 'labels' | 'annotations' | 'startsAt'>[];
}

type Listener = (notification: Notification) => void;

/** Takes what Alertmanager's webhooks send and keeps it in order; tells of each at once. */
export class PageReceiver implements AsyncDisposable {
  readonly notifications: Notification[] = [];
  readonly messages: Message[] = [];
  readonly #server: Server;
  readonly #listeners = new Set<Listener>();
  readonly #waiting = new Set<(error: Error) => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** On a free port of this machine alone. */
  static async start(): Promise<PageReceiver> {
    const server = createServer();
    const receiver = new PageReceiver(server);
    server.on('request', (request, response) => {
      void text(request)
        .then((body) => receiver.#take((request.url ?? '/').slice(1), JSON.parse(body) as WebhookBody))
        .then(
          () => response.end(),
          (error: unknown) => {
            response.writeHead(400).end(messageOf(error));
            receiver.#failWaiting(
              new CodedError('PAGE_UNREADABLE', `${request.url}: ${messageOf(error)}`, { cause: error }),
            );
          },
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return receiver;
  }

  /** Posts to `<url>/<receiver>` are recorded under that name. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Calls back with each notification to come. @returns what ends that */
  onNotification(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first one, past or to come, that matches.
   * @throws {CodedError} PAGE_MISSING with what came instead, when none came in time
   */
  async waitFor(matches: (notification: Notification) => boolean, timeoutMs: number): Promise<Notification> {
    const past = this.notifications.find(matches);
    if (past) return past;
    const { promise, resolve, reject } = Promise.withResolvers<Notification>();
    const timer = setTimeout(() => reject(this.#missing(`in ${timeoutMs} ms`)), timeoutMs).unref();
    const stop = this.onNotification((notification) => {
      if (matches(notification)) resolve(notification);
    });
    this.#waiting.add(reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      stop();
      this.#waiting.delete(reject);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#failWaiting(this.#missing('before the receiver closed'));
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take(receiver: string, { status, alerts, groupKey }: WebhookBody): void {
    const atMs = performance.now();
    const notifications = alerts.map((alert): Notification => {
      const { alertname = '', severity = '' } = alert.labels;
      const { labels, annotations, startsAt } = alert;
      const common = { atMs, receiver, groupKey, alertname, severity };
      return { ...common, status: alert.status, labels, annotations, startsAt };
    });
    this.messages.push({ atMs, receiver, status, groupKey, notifications });
    for (const notification of notifications) {
      this.notifications.push(notification);
      for (const listener of this.#listeners) listener(notification);
    }
  }

  #missing(when: string): CodedError {
    const got = this.notifications.map(({ receiver, status, alertname }) => [receiver, status, alertname]);
    return new CodedError('PAGE_MISSING', `no such notification came ${when}`, {
      got: got.map((words) => words.join(' ')).join(', ') || 'none at all',
    });
  }

  #failWaiting(error: CodedError): void {
    for (const reject of this.#waiting) reject(error);
  }
}
