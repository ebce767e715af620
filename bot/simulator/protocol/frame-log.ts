import { frameRoom, writeFrame } from './frame.ts';

const FIRST_CHUNK_BYTES = 8 * 1024;
const MAX_CHUNK_BYTES = 256 * 1024;
const CHUNK_GROWTH = 4;

interface Chunk {
  readonly buffer: Buffer;
  readonly firstIndex: number;
  readonly starts: number[];
  readonly sequences: number[];
  used: number;
}

export interface FrameLogLimits {
  readonly frames: number;
  readonly bytes: number;
}

/**
 * The dispatches of one session as ready-made WebSocket frames, numbered from 0: what a RESUME is
 * answered from. It is finite, so that the oldest frames go.
 */
export class FrameLog {
  readonly #limits: FrameLogLimits;
  #chunks: Chunk[] = [];
  #bytes = 0;
  #end = 0;
  /** Frames before this one were forgotten on request. */
  #forgottenBefore = 0;
  /** The sequence of the newest frame whose chunk is gone. */
  #droppedSequence = 0;

  constructor(limits: FrameLogLimits) {
    this.#limits = limits;
  }

  /** The number of the next frame. */
  get end(): number {
    return this.#end;
  }

  /** The number of the oldest frame that it still has. */
  get first(): number {
    return this.#chunks[0]?.firstIndex ?? this.#end;
  }

  append(sequence: number, text: string): void {
    const chunk = this.#chunkWithRoom(frameRoom(text));
    chunk.starts.push(chunk.used);
    chunk.sequences.push(sequence);
    chunk.used += writeFrame(chunk.buffer, chunk.used, text);
    this.#end += 1;
  }

  /** Forgets what it holds, as when too much was missed. */
  forget(): void {
    this.#forgottenBefore = this.#end;
  }

  /** The number of the first frame after this sequence; undefined when one that follows it is gone. */
  firstAfter(sequence: number): number | undefined {
    const oldest = Math.max(this.first, this.#end - this.#limits.frames, this.#forgottenBefore);
    if (sequence < this.#sequenceBefore(oldest)) return undefined;
    for (let number = this.#chunks.length - 1; number >= 0; number -= 1) {
      const { sequences, firstIndex } = this.#chunks[number]!;
      if ((sequences[0] ?? Infinity) > sequence && number > 0) continue;
      const offset = sequences.findIndex((candidate) => candidate > sequence);
      return offset === -1 ? firstIndex + sequences.length : firstIndex + offset;
    }
    return this.#end;
  }

  /** The frames `[from, end)` as few spans of bytes. */
  *spans(from: number): Generator<Buffer> {
    for (const chunk of this.#chunksFrom(from)) {
      const start = chunk.starts[Math.max(from - chunk.firstIndex, 0)];
      if (start !== undefined) yield chunk.buffer.subarray(start, chunk.used);
    }
  }

  /** The frames `[from, end)` one by one. */
  *frames(from: number): Generator<Buffer> {
    for (const { starts, buffer, firstIndex, used } of this.#chunksFrom(from)) {
      for (let offset = Math.max(from - firstIndex, 0); offset < starts.length; offset += 1) {
        yield buffer.subarray(starts[offset], starts[offset + 1] ?? used);
      }
    }
  }

  #chunksFrom(from: number): Chunk[] {
    let number = this.#chunks.length;
    while (
      number > 0 &&
      this.#chunks[number - 1]!.firstIndex + this.#chunks[number - 1]!.starts.length > from
    ) {
      number -= 1;
    }
    return this.#chunks.slice(number);
  }

  #sequenceBefore(index: number): number {
    const [chunk] = this.#chunksFrom(index - 1);
    if (!chunk || index - 1 < chunk.firstIndex) return this.#droppedSequence;
    return chunk.sequences[index - 1 - chunk.firstIndex] ?? this.#droppedSequence;
  }

  #chunkWithRoom(bytes: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last && last.used + bytes <= last.buffer.length) return last;
    const size = Math.min(
      (last?.buffer.length ?? FIRST_CHUNK_BYTES / CHUNK_GROWTH) * CHUNK_GROWTH,
      MAX_CHUNK_BYTES,
    );
    const chunk = {
      buffer: Buffer.allocUnsafeSlow(Math.max(size, bytes)),
      firstIndex: this.#end,
      starts: [],
      sequences: [],
      used: 0,
    };
    this.#bytes += chunk.buffer.length;
    this.#chunks.push(chunk);
    this.#dropOldChunks();
    return chunk;
  }

  #dropOldChunks(): void {
    for (;;) {
      const [oldest, next] = this.#chunks;
      if (!oldest || !next) return;
      const tooMany = this.#end - next.firstIndex >= this.#limits.frames;
      if (!tooMany && this.#bytes <= this.#limits.bytes && next.firstIndex > this.#forgottenBefore) return;
      this.#droppedSequence = oldest.sequences.at(-1) ?? this.#droppedSequence;
      this.#bytes -= oldest.buffer.length;
      this.#chunks.shift();
    }
  }
}
