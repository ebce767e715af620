import { Events, type NatsConnection } from 'nats';

/** Whether the connection stands, and who wants to know when it stands again. */
export class NatsConnectionState {
  #connected = true;
  readonly #listeners: (() => void)[] = [];

  constructor(connection: NatsConnection) {
    void this.#watch(connection);
    // The status (nats 2.29) does not end with a connection that is closed on purpose.
    void connection.closed().then(() => {
      this.#connected = false;
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  onReconnect(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === Events.Disconnect) this.#connected = false;
      if (type !== Events.Reconnect) continue;
      this.#connected = true;
      for (const listener of this.#listeners) listener();
    }
  }
}
