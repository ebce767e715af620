/** FIN and the opcode for text (RFC 6455, 5.2). */
const TEXT_FRAME = 0x81;
const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;
const MAX_16_BIT = 65_535;
/** UTF-8 needs at most this many bytes for each UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
/** Text of at most this length has a header of 4 bytes whatever its characters are. */
const MAX_SURE_UNITS = Math.floor(MAX_16_BIT / MAX_BYTES_PER_UNIT);

/** Bytes that are enough for a frame with this text. */
export function frameRoom(text: string): number {
  if (text.length <= MAX_SURE_UNITS) return text.length * MAX_BYTES_PER_UNIT + 4;
  return Buffer.byteLength(text) + 10;
}

/**
 * Writes one unmasked WebSocket text frame and returns its length. Frames are made once, straight
 * into the replay buffer, and sent from there: making them anew for each send costs three times as much.
 */
export function writeFrame(buffer: Buffer, at: number, text: string): number {
  buffer[at] = TEXT_FRAME;
  if (text.length >= LENGTH_16_BIT && text.length <= MAX_SURE_UNITS) {
    const length = buffer.write(text, at + 4);
    buffer[at + 1] = LENGTH_16_BIT;
    buffer.writeUInt16BE(length, at + 2);
    return length + 4;
  }
  const length = Buffer.byteLength(text);
  if (length < LENGTH_16_BIT) {
    buffer[at + 1] = length;
    return buffer.write(text, at + 2) + 2;
  }
  if (length <= MAX_16_BIT) {
    buffer[at + 1] = LENGTH_16_BIT;
    buffer.writeUInt16BE(length, at + 2);
    return buffer.write(text, at + 4) + 4;
  }
  buffer[at + 1] = LENGTH_64_BIT;
  buffer.writeBigUInt64BE(BigInt(length), at + 2);
  return buffer.write(text, at + 10) + 10;
}

/** The payload of a frame that `writeFrame` made. */
export function framePayload(frame: Buffer): Buffer {
  if (frame[1] === LENGTH_16_BIT) return frame.subarray(4);
  if (frame[1] === LENGTH_64_BIT) return frame.subarray(10);
  return frame.subarray(2);
}
