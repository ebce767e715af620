import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** https://discord.com/developers/docs/resources/webhook#execute-webhook, as far as Alertmanager uses it. */
interface WebhookMessage {
  readonly content?: string;
  readonly embeds?: readonly { readonly title?: string }[];
}

/** Channels of Discord that take messages by webhook and keep their titles. */
export class DiscordWebhooks implements AsyncDisposable {
  readonly #server: Server;
  readonly #messages = new Map<string, string[]>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<DiscordWebhooks> {
    const server = createServer();
    const webhooks = new DiscordWebhooks(server);
    server.on('request', (request, response) => {
      const channel = (request.url ?? '/').slice(1);
      text(request)
        .then((body) => webhooks.#take(channel, JSON.parse(body) as WebhookMessage))
        .then(
          () => response.writeHead(204).end(),
          (error: unknown) => response.writeHead(400).end(String(error)),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return webhooks;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** In the order in which they came. */
  titles(channel: string): readonly string[] {
    return this.#messages.get(channel) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take(channel: string, { content, embeds = [] }: WebhookMessage): void {
    const title = embeds[0]?.title ?? content ?? '';
    this.#messages.set(channel, [...this.titles(channel), title]);
  }
}
