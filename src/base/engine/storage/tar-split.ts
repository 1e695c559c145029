import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { isStorageUnreadable, requireRegularFile, storageUnreadable } from '#base/engine/storage/small-file.ts';
import { isObject } from '#core/oci/json.ts';

/** A piece of a recorded archive: bytes of its own, or the content of a file, which is in the layer's directory. */
export type RecordedPiece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly name: string | Buffer; readonly sizeBytes: number };

const CHUNK_BYTES = 256 * 1024;
const LINE_LIMIT_BYTES = 8 * 1024 * 1024;
const TOTAL_LIMIT_BYTES = 8 * 1024 ** 3;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BYTES_LINE = Buffer.from('{"type":2,"payload":"');
const FILE_LINE = Buffer.from('{"type":1,"name":"');
const SIZE_MEMBER = Buffer.from(',"size":');

/**
 * The archive that a layer was unpacked from, as the engine records it to be able to put it together again: gzip'd JSON,
 * a line for each piece (`tar-split.json.gz`; vbatts/tar-split, storage). Pieces come in lists, as they are unpacked; a
 * list's bytes are valid until the next one is asked for.
 * @throws `ENGINE_STORAGE_UNREADABLE` when there is no such record or it is not understood
 */
export async function* readTarSplit(path: string): AsyncGenerator<readonly RecordedPiece[]> {
  requireRegularFile(path);
  const packed = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  packed.on('error', (error) => unpacked.destroy(error));
  try {
    const parse = lineParser();
    let rest: Buffer = Buffer.alloc(0);
    let total = 0;
    for await (const chunk of packed.pipe(unpacked) as AsyncIterable<Buffer>) {
      total += chunk.length;
      const lines = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = lines.lastIndexOf(NEWLINE) + 1;
      rest = lines.subarray(end);
      if (total > TOTAL_LIMIT_BYTES || rest.length > LINE_LIMIT_BYTES) throw new Error('it is too large');
      if (end > 0) yield parse(lines.subarray(0, end));
    }
    if (rest.length > 0) yield parse(Buffer.concat([rest, Buffer.of(NEWLINE)]));
  } catch (error) {
    if (isStorageUnreadable(error)) throw error;
    throw storageUnreadable(path, error instanceof Error ? error.message : String(error), error);
  } finally {
    packed.destroy();
  }
}

/** Parses whole lines into pieces, whose bytes share one buffer. */
function lineParser(): (lines: Buffer) => readonly RecordedPiece[] {
  let unpacked = Buffer.alloc(0);
  return (lines) => {
    // Base64 unpacks to less.
    if (unpacked.length < lines.length) unpacked = Buffer.allocUnsafeSlow(lines.length + CHUNK_BYTES);
    return parseLines(lines, unpacked);
  };
}

/** There are two lines for each file of a layer, so the usual ones are not given to a JSON parser. */
function parseLines(lines: Buffer, unpacked: Buffer): readonly RecordedPiece[] {
  const pieces: RecordedPiece[] = [];
  let used = 0;
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(NEWLINE, start);
    if (startsWith(lines, BYTES_LINE, start)) {
      const from = start + BYTES_LINE.length;
      const size = unpacked.write(lines.toString('latin1', from, lines.indexOf(QUOTE, from)), used, 'base64');
      if (size > 0) pieces.push({ kind: 'bytes', bytes: unpacked.subarray(used, used + size) });
      used += size;
    } else {
      const piece = plainFile(lines, start, end) ?? parsedLine(lines.toString('utf8', start, end));
      if (piece !== 'empty') pieces.push(piece);
    }
    start = end + 1;
  }
  return pieces;
}

function startsWith(lines: Buffer, beginning: Buffer, at: number): boolean {
  return lines.compare(beginning, 0, beginning.length, at, Math.min(at + beginning.length, lines.length)) === 0;
}

/** A file's line, unless its name has escapes or is not UTF-8. */
function plainFile(lines: Buffer, start: number, end: number): RecordedPiece | 'empty' | undefined {
  if (!startsWith(lines, FILE_LINE, start)) return undefined;
  const from = start + FILE_LINE.length;
  const to = lines.indexOf(QUOTE, from);
  if (to < 0 || to > end) return undefined;
  // Searched for in the name only: behind it lies the rest of a large chunk.
  if (lines.toString('latin1', from, to).includes('\\')) return undefined;
  if (!startsWith(lines, SIZE_MEMBER, to + 1)) return 'empty';
  const digits = /^[1-9][0-9]{0,14}(?=[,}])/.exec(lines.toString('latin1', to + 1 + SIZE_MEMBER.length, to + 32));
  if (digits === null) return undefined;
  return { kind: 'file', name: lines.toString('utf8', from, to), sizeBytes: Number(digits[0]) };
}

function parsedLine(line: string): RecordedPiece | 'empty' {
  if (line === '') return 'empty';
  const entry: unknown = JSON.parse(line);
  if (!isObject(entry)) throw new Error('a line is no object');
  const { type, name, name_raw: raw, size = 0, payload } = entry;
  if (type === 2 && typeof payload === 'string') return { kind: 'bytes', bytes: Buffer.from(payload, 'base64') };
  if (type !== 1 || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new Error('a line is neither file nor bytes');
  }
  if (size === 0) return 'empty';
  if (typeof name === 'string') return { kind: 'file', name, sizeBytes: size };
  if (typeof raw !== 'string') throw new Error('a file has no name');
  return { kind: 'file', name: Buffer.from(raw, 'base64'), sizeBytes: size };
}
