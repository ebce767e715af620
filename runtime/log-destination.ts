import { write as writeTo } from 'node:fs';

import { codeOf } from './errors.ts';
import type { Redaction } from './redaction.ts';

/** Beyond that lines are dropped rather than memory filled while nobody reads. */
const MAX_WAITING_CHARACTERS = 8 * 1024 * 1024;
const MAX_CHUNK_CHARACTERS = 64 * 1024;
const RETRY_MS = 20;

export interface LogDestinationOptions {
  readonly fd: number;
  readonly redact: Redaction;
  /** Told how many lines were dropped, once there is room again. */
  readonly onDropped: (lines: number) => void;
}

/**
 * Writes lines to a file descriptor without ever blocking the event loop. pino's own destination
 * calls its flush callback at once, and at exit spins for ever on a pipe that nobody reads.
 */
export class LogDestination {
  readonly redact: Redaction;
  readonly #fd: number;
  readonly #onDropped: (lines: number) => void;
  #waiting: string[] = [];
  #characters = 0;
  #dropped = 0;
  #writing = false;
  #broken = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor({ fd, redact, onDropped }: LogDestinationOptions) {
    this.#fd = fd;
    this.redact = redact;
    this.#onDropped = onDropped;
  }

  write(line: string): void {
    if (this.#broken) return;
    if (this.#characters + line.length > MAX_WAITING_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    const clean = this.redact(line);
    this.#waiting.push(clean);
    this.#characters += clean.length;
    if (!this.#writing) this.#writeNext();
  }

  /**
   * Resolves once the operating system has every line, or nobody is left to read them.
   * @returns false when that took longer than `deadlineMs`: a write is stuck then, and
   *   `process.exit` would wait for it for ever.
   */
  async flushed(deadlineMs: number): Promise<boolean> {
    if (!this.#writing) return true;
    this.#idle ??= Promise.withResolvers<void>();
    const deadline = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => deadline.resolve(false), deadlineMs);
    const inTime = await Promise.race([this.#idle.promise.then(() => true), deadline.promise]);
    clearTimeout(timer);
    return inTime;
  }

  #writeNext(): void {
    if (this.#waiting.length === 0) {
      this.#writing = false;
      this.#idle?.resolve();
      this.#idle = undefined;
      return;
    }
    this.#writing = true;
    const lines: string[] = [];
    let length = 0;
    let taken = 0;
    for (const line of this.#waiting) {
      if (length > 0 && length + line.length > MAX_CHUNK_CHARACTERS) break;
      lines.push(line);
      length += line.length;
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    this.#write(Buffer.from(lines.join('')), 0, length);
  }

  #write(chunk: Buffer, offset: number, characters: number): void {
    writeTo(this.#fd, chunk, offset, chunk.length - offset, null, (error, written) => {
      if (codeOf(error) === 'EAGAIN') {
        setTimeout(() => this.#write(chunk, offset, characters), RETRY_MS);
        return;
      }
      if (!error && offset + written < chunk.length) {
        this.#write(chunk, offset + written, characters);
        return;
      }
      this.#characters -= characters;
      if (error) this.#onError(error);
      else this.#reportDropped();
      this.#writeNext();
    });
  }

  /** There is nowhere left to say so; a full disk may have room again, a closed pipe has no reader. */
  #onError(error: Error): void {
    this.#dropped += 1;
    if (codeOf(error) !== 'EPIPE' && codeOf(error) !== 'EBADF') return;
    this.#broken = true;
    this.#waiting = [];
    this.#characters = 0;
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped;
    this.#dropped = 0;
    this.#onDropped(lines);
  }
}
