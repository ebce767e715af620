import { LocalProcess } from '../../deploy/local/process.ts';
import { freePort } from '../../deploy/local/free-port.ts';
import { scrape, type Scrape } from '../../bot/testing/scrape.ts';

type Env = Readonly<Record<string, string>>;

/** One process of the fleet on a port that stays its own, so that Prometheus finds it again. */
export class Service {
  readonly name: string;
  readonly port: number;
  readonly #script: string;
  readonly #env: Env;
  #process: LocalProcess | undefined;

  private constructor(name: string, port: number, script: string, env: Env) {
    this.name = name;
    this.port = port;
    this.#script = script;
    this.#env = env;
  }

  /** Resolves once it listens. */
  static async start(name: string, script: string, env: Env): Promise<Service> {
    const service = new Service(name, await freePort(), script, env);
    await service.startAgain();
    return service;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#running.pid;
  }

  get output(): string {
    return this.#process?.output ?? '';
  }

  async startAgain(): Promise<void> {
    this.#process = new LocalProcess({
      name: this.name,
      command: process.execPath,
      args: [this.#script],
      env: { PATH: process.env['PATH'], ...this.#env, PORT: String(this.port) },
    });
    await this.#process.waitForLine((line) => line.includes('http listening') || undefined);
  }

  /** As an orchestrator stops it. */
  async stop(): Promise<void> {
    await this.#process?.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#running.stop('SIGKILL');
  }

  get alive(): boolean {
    return this.#process?.alive ?? false;
  }

  /** Without a word, for the end of everything. */
  async end(): Promise<void> {
    await this.#process?.stop('SIGKILL');
  }

  pause(): void {
    this.#running.signal('SIGSTOP');
  }

  resume(): void {
    this.#running.signal('SIGCONT');
  }

  async scrape(): Promise<Scrape> {
    return scrape(this.port);
  }

  get #running(): LocalProcess {
    if (!this.#process) throw new Error(`${this.name} was not started`);
    return this.#process;
  }
}
