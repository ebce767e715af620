import { CodedError } from '../../../runtime/errors.ts';
import type { Screen } from './screen.ts';
import { TIERS, type ServicePlan } from './services.ts';
import { SupervisedService } from './supervised-service.ts';

export interface FleetParts {
  readonly plan: Omit<ServicePlan, 'addressOf'>;
  readonly cwd: string;
  readonly logFolder: string;
  readonly screen: Screen;
}

/** All processes of the demo, tier by tier. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #tiers: { readonly name: string; readonly services: readonly SupervisedService[] }[] = [];
  #stopping: Promise<void> | undefined;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  get services(): readonly SupervisedService[] {
    return this.#tiers.flatMap(({ services }) => services);
  }

  /** @throws {CodedError} NO_SERVICE */
  service(name: string): SupervisedService {
    const found = this.services.find((service) => service.name === name);
    if (!found) throw new CodedError('NO_SERVICE', `${name} does not run in this demo`);
    return found;
  }

  /** @throws {CodedError} SERVICE_FAILED */
  async start(): Promise<void> {
    const { screen, cwd, logFolder } = this.#parts;
    const plan: ServicePlan = { ...this.#parts.plan, addressOf: (name) => this.service(name).address };
    for (const { name, services: specs } of TIERS) {
      const services = specs(plan).map(
        (spec) => new SupervisedService({ spec, cwd, logFolder, note: (text) => screen.note(text) }),
      );
      this.#tiers.push({ name, services });
      const names = services.map((service) => service.name).join(', ');
      if (names) screen.progress(`starting ${name}: ${names}`);
      await Promise.all(services.map(async (service) => service.start()));
    }
  }

  /** In the reverse order of the start. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stopTiers();
    await this.#stopping;
  }

  /** At once. */
  kill(): void {
    for (const service of this.services) service.kill();
  }

  async #stopTiers(): Promise<void> {
    for (const { name, services } of this.#tiers.toReversed()) {
      if (services.length > 0) this.#parts.screen.progress(`stopping ${name}`);
      await Promise.all(services.map(async (service) => service.stop()));
    }
  }
}
