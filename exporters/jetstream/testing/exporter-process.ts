import { LocalProcess } from '../../../deploy/local/process.ts';
import { portIn } from '../../../bot/testing/pipeline.ts';
import { scrape, type Scrape } from '../../../bot/testing/scrape.ts';
import type { ConsumerCounters } from '../consumer-tally.ts';

const FAMILIES = {
  deliveries: 'jetstream_consumer_deliveries_total',
  redeliveries: 'jetstream_consumer_redeliveries_total',
  ackWaitExpirations: 'jetstream_consumer_ack_wait_expirations_total',
  maxDeliveries: 'jetstream_consumer_max_deliveries_total',
  naks: 'jetstream_consumer_naks_total',
  terminations: 'jetstream_consumer_terminations_total',
} as const satisfies Record<keyof ConsumerCounters, string>;

/** The exporter as a process of its own, and what can be seen of it from outside. */
export class ExporterProcess implements AsyncDisposable {
  readonly process: LocalProcess;

  constructor(natsUrl: string, env: Readonly<Record<string, string>> = {}) {
    this.process = new LocalProcess({
      name: 'exporter',
      command: process.execPath,
      args: ['exporters/main.ts'],
      env: { PATH: process.env['PATH'], PORT: '0', NATS_URL: natsUrl, ...env },
    });
  }

  static async start(natsUrl: string, env: Readonly<Record<string, string>> = {}): Promise<ExporterProcess> {
    const exporter = new ExporterProcess(natsUrl, env);
    await exporter.process.waitForLine((line) => line.includes('"exporting"') || undefined);
    return exporter;
  }

  async port(): Promise<number> {
    return this.process.waitForLine(portIn);
  }

  async scrape(): Promise<Scrape> {
    return scrape(await this.port());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
  }
}

export function countersIn(scraped: Scrape, consumer: string): ConsumerCounters {
  const of = (family: string) => scraped.sum(family, { consumer_name: consumer });
  return {
    deliveries: of(FAMILIES.deliveries),
    redeliveries: of(FAMILIES.redeliveries),
    ackWaitExpirations: of(FAMILIES.ackWaitExpirations),
    maxDeliveries: of(FAMILIES.maxDeliveries),
    naks: of(FAMILIES.naks),
    terminations: of(FAMILIES.terminations),
  };
}
