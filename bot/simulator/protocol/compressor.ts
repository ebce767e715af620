import { constants, createDeflate, createZstdCompress, type Deflate, type ZstdCompress } from 'node:zlib';

export const COMPRESSIONS = ['zlib-stream', 'zstd-stream'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/**
 * Transport compression: one context for a whole connection, flushed after each payload so that
 * every WebSocket message can be read as soon as it is there.
 */
export class Compressor {
  readonly #stream: Deflate | ZstdCompress;
  readonly #flushMode: number;
  readonly #send: (compressed: Buffer) => void;
  #parts: Buffer[] = [];

  constructor(compression: Compression, send: (compressed: Buffer) => void) {
    this.#send = send;
    this.#stream = compression === 'zlib-stream' ? createDeflate() : createZstdCompress();
    this.#flushMode = compression === 'zlib-stream' ? constants.Z_SYNC_FLUSH : constants.ZSTD_e_flush;
    this.#stream.on('data', (part: Buffer) => this.#parts.push(part));
  }

  /** Payloads are compressed and sent in the order in which they came. */
  write(payload: Buffer | string): void {
    this.#stream.write(payload);
    this.#stream.flush(this.#flushMode, () => {
      const compressed = Buffer.concat(this.#parts);
      this.#parts = [];
      this.#send(compressed);
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}
