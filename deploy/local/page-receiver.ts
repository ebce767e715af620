import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One alert in one message from Alertmanager. */
export interface Notification {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** The path that it was posted to, without the slash. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alertname: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly groupKey: string;
}

interface WebhookMessage {
  readonly groupKey: string;
  readonly alerts: readonly Pick<Notification, 'status' | 'labels' | 'annotations'>[];
}

type Waiter = (notification: Notification) => void;

/** Takes what Alertmanager's webhooks send and keeps it in order; told of each at once. */
export class PageReceiver implements AsyncDisposable {
  readonly notifications: Notification[] = [];
  readonly #server: Server;
  readonly #waiters = new Set<Waiter>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<PageReceiver> {
    const server = createServer();
    const receiver = new PageReceiver(server);
    server.on('request', (request, response) => {
      void text(request)
        .then((body) => receiver.#take((request.url ?? '/').slice(1), JSON.parse(body) as WebhookMessage))
        .then(
          () => response.end(),
          () => response.writeHead(400).end(),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return receiver;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Calls back with each notification to come. @returns what ends that */
  onNotification(listener: Waiter): () => void {
    this.#waiters.add(listener);
    return () => this.#waiters.delete(listener);
  }

  /** The first one, past or to come, that matches. @throws when none came in time */
  async waitFor(matches: (notification: Notification) => boolean, timeoutMs: number): Promise<Notification> {
    const past = this.notifications.find(matches);
    if (past) return past;
    const { promise, resolve, reject } = Promise.withResolvers<Notification>();
    const timer = setTimeout(
      () => reject(new Error(`no such notification in ${timeoutMs} ms`)),
      timeoutMs,
    ).unref();
    const stop = this.onNotification((notification) => {
      if (matches(notification)) resolve(notification);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      stop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take(receiver: string, { alerts, groupKey }: WebhookMessage): void {
    const atMs = performance.now();
    for (const { status, labels, annotations } of alerts) {
      const { alertname = '', severity = '' } = labels;
      const notification = { atMs, receiver, status, alertname, severity, labels, annotations, groupKey };
      this.notifications.push(notification);
      for (const waiter of this.#waiters) waiter(notification);
    }
  }
}
