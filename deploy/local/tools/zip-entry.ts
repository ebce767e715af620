import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * One file of a zip archive, so that no `unzip` has to be installed.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, without encryption and above 4 GiB.
 * @throws {RangeError} when it is no such archive, or does not hold the file
 */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from(uint32(END_OF_DIRECTORY)));
  if (end < 0) throw new RangeError('expected a zip archive');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError('the zip archive is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      archive.readUInt16LE(at + field),
    );
    const nameAt = at + DIRECTORY_ENTRY_BYTES;
    const found = archive.toString('utf8', nameAt, nameAt + (nameBytes ?? 0));
    if (found === name) return content(archive, at);
    at = nameAt + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  throw new RangeError(`the zip archive holds no ${name}`);
}

/** @param entry where the archive's directory tells of the file */
function content(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  // The local header has a name and an extra field of lengths of its own.
  const start =
    local + LOCAL_HEADER_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + packedBytes);
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new RangeError(`the zip archive is packed by method ${method}`);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
