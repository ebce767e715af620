import type { Service } from './service.ts';

/** The process runs for one part of each period and is stopped for the rest. */
const PERIOD_MS = 2_000;
const RUNNING_MS = 40;

/** A worker that is alive and works, far too slowly. */
export class SlowMotion {
  readonly #service: Service;
  readonly #timer: NodeJS.Timeout;
  #pause: NodeJS.Timeout | undefined;

  constructor(service: Service) {
    this.#service = service;
    service.pause();
    this.#timer = setInterval(() => {
      service.resume();
      this.#pause = setTimeout(() => service.pause(), RUNNING_MS);
    }, PERIOD_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#pause);
    this.#service.resume();
  }
}
