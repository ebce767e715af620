import { WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { REST } from '@discordjs/rest';

import type { Simulator } from '../../simulator/simulator.ts';
import type { WorkerRig } from './worker-rig.ts';

/** One shard that puts the simulator's events into the stream, as the gateway would. */
export class EventBridge implements AsyncDisposable {
  readonly #manager: WebSocketManager;
  /** Asked for each event type; false keeps the event back. */
  readonly #wants: (type: string) => boolean;
  readonly #rig: WorkerRig;
  #published: Promise<unknown>[] = [];

  private constructor(rig: WorkerRig, simulator: Simulator, wants: (type: string) => boolean) {
    this.#rig = rig;
    this.#wants = wants;
    this.#manager = new WebSocketManager({
      token: simulator.options.token,
      intents:
        GatewayIntentBits.Guilds |
        GatewayIntentBits.GuildMessages |
        GatewayIntentBits.GuildVoiceStates |
        GatewayIntentBits.MessageContent,
      rest: new REST({ api: simulator.apiUrl }).setToken(simulator.options.token),
    });
  }

  static async connect(rig: WorkerRig, simulator: Simulator, wants: (type: string) => boolean) {
    const bridge = new EventBridge(rig, simulator, wants);
    await bridge.#connect();
    return bridge;
  }

  /** Resolves when all events so far are stored. */
  async stored(): Promise<void> {
    await Promise.all(this.#published);
    this.#published = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stored();
    await this.#manager.destroy();
  }

  async #connect(): Promise<void> {
    this.#manager.on(WebSocketShardEvents.Error, (error) => {
      throw error;
    });
    this.#manager.on(WebSocketShardEvents.Dispatch, ({ t: type, s, d }) => {
      if (!this.#wants(type)) return;
      this.#published.push(this.#rig.publish(type, d, { messageId: `bridge:${s}` }));
    });
    await this.#manager.connect();
  }
}
