const FIRST_CHUNK_ROWS = 64;
const MAX_CHUNK_ROWS = 4_096;
const MAX_SENDS = 2 ** 16 - 1;

interface Chunk {
  readonly first: number;
  readonly capacity: number;
  count: number;
  readonly sequences: Uint32Array;
  readonly types: Uint16Array;
  readonly sends: Uint16Array;
  readonly createdAt: Float64Array;
  /** 0: not yet. */
  readonly sentAt: Float64Array;
  /** 0: none. */
  readonly eventIds: BigUint64Array;
}

export interface Row {
  readonly sequence: number;
  readonly typeIndex: number;
  readonly eventId: bigint;
  readonly createdAt: number;
  readonly sentAt: number;
  readonly sends: number;
}

/**
 * The dispatches of one session in columns: 32 bytes each and nothing for the garbage collector to
 * look at, because minutes at thousands a second must leave the machine to what is being measured.
 * Rows are numbered from 0 in the order of their sequences.
 */
export class DispatchRows {
  #chunks: Chunk[] = [];
  #end = 0;

  /** Returns whether a new chunk was begun. */
  add(sequence: number, typeIndex: number, eventId: bigint, createdAt: number): boolean {
    let chunk = this.#chunks.at(-1);
    const full = chunk === undefined || chunk.count === chunk.capacity;
    if (full) {
      chunk = createChunk(this.#end, Math.min((chunk?.capacity ?? FIRST_CHUNK_ROWS / 4) * 4, MAX_CHUNK_ROWS));
      this.#chunks.push(chunk);
    }
    const row = chunk!.count;
    chunk!.sequences[row] = sequence;
    chunk!.types[row] = typeIndex;
    chunk!.eventIds[row] = eventId;
    chunk!.createdAt[row] = createdAt;
    chunk!.count += 1;
    this.#end += 1;
    return full;
  }

  /** Counts one more send of the rows `[from, to)`. */
  markSent(from: number, to: number, at: number): void {
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index]!;
      const last = Math.min(to - chunk.first, chunk.count);
      for (let row = Math.max(from - chunk.first, 0); row < last; row += 1) {
        if (chunk.sentAt[row] === 0) chunk.sentAt[row] = at;
        if (chunk.sends[row]! < MAX_SENDS) chunk.sends[row]! += 1;
      }
      if (chunk.first <= from) return;
    }
  }

  /** Forgets the oldest chunk and says how many rows that were. */
  dropOldest(): number {
    return this.#chunks.shift()?.count ?? 0;
  }

  *rows(): Generator<Row> {
    for (const chunk of this.#chunks) {
      for (let row = 0; row < chunk.count; row += 1) {
        yield {
          sequence: chunk.sequences[row]!,
          typeIndex: chunk.types[row]!,
          eventId: chunk.eventIds[row]!,
          createdAt: chunk.createdAt[row]!,
          sentAt: chunk.sentAt[row]!,
          sends: chunk.sends[row]!,
        };
      }
    }
  }
}

function createChunk(first: number, capacity: number): Chunk {
  return {
    first,
    capacity,
    count: 0,
    sequences: new Uint32Array(capacity),
    types: new Uint16Array(capacity),
    sends: new Uint16Array(capacity),
    createdAt: new Float64Array(capacity),
    sentAt: new Float64Array(capacity),
    eventIds: new BigUint64Array(capacity),
  };
}
