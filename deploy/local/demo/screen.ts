import { styleText } from 'node:util';

import { createLogUpdate } from 'log-update';

import type { Reading } from './reading.ts';
import { renderLine, renderStatus, type Heading, type Paint } from './render-status.ts';

const NOTES = 3;
const LINE_EVERY_MS = 5_000;

export interface Screen {
  readonly paint: Paint;
  /** What is going on, while there is no status yet or no longer. */
  progress(text: string): void;
  /** Something happened that people should know. */
  note(text: string): void;
  /** Lines that stay. */
  print(...lines: readonly string[]): void;
  show(reading: Reading): void;
}

export type Title = Omit<Heading, 'notes'>;

/** Rewrites the status in place on a terminal, and writes a line now and then everywhere else. */
export function createScreen(output: NodeJS.WriteStream, title: Title): Screen {
  return output.isTTY ? new LiveScreen(output, title) : new PlainScreen(output);
}

class LiveScreen implements Screen {
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #title: Title;
  readonly paint: Paint;
  #notes: string[] = [];

  constructor(output: NodeJS.WriteStream, title: Title) {
    this.#update = createLogUpdate(output);
    this.#title = title;
    this.paint = (style, text) => styleText(style, text, { stream: output });
  }

  progress(text: string): void {
    this.#update(text);
  }

  note(text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    this.#notes = [...this.#notes, `${time}  ${text}`].slice(-NOTES);
  }

  print(...lines: readonly string[]): void {
    this.#update.persist(lines.join('\n'));
  }

  show(reading: Reading): void {
    this.#update(renderStatus(reading, { ...this.#title, notes: this.#notes }, this.paint).join('\n'));
  }
}

class PlainScreen implements Screen {
  readonly paint: Paint = (_, text) => text;
  readonly #output: NodeJS.WriteStream;
  #nextLineAtMs = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  progress(text: string): void {
    this.print(text);
  }

  note(text: string): void {
    this.print(text);
  }

  print(...lines: readonly string[]): void {
    this.#output.write(`${lines.join('\n')}\n`);
  }

  show(reading: Reading): void {
    if (reading.elapsedMs < this.#nextLineAtMs) return;
    this.#nextLineAtMs = reading.elapsedMs + LINE_EVERY_MS;
    this.print(renderLine(reading));
  }
}
