import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { isStorageUnreadable, requireRegularFile, storageUnreadable } from '#base/engine/storage/small-file.ts';
import { cleanPath } from '#base/tar/path.ts';

const OPAQUE = '.wh..wh..opq';
const NEEDLES = [OPAQUE, '"name_raw"'];
const LINE_LIMIT_BYTES = 8 * 1024 * 1024;
const TOTAL_LIMIT_BYTES = 8 * 1024 ** 3;
const OPAQUE_LIMIT = 100_000;

/**
 * The opaque directories of a layer that an engine unpacked, from the record that it keeps of every entry of the
 * layer's archive, to be able to put it together again: gzip'd JSON, one entry or piece of a header a line
 * (`tar-split.json.gz`; vbatts/tar-split, storage). Node cannot read the extended attribute that says the same.
 * @throws `ENGINE_STORAGE_UNREADABLE` when there is no such record or it is not understood
 */
export async function readOpaqueDirectories(path: string): Promise<readonly string[]> {
  const found = new Set<string>();
  try {
    requireRegularFile(path);
    const lines = createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(createGunzip({ chunkSize: 256 * 1024 }));
    let rest = Buffer.alloc(0);
    let total = 0;
    for await (const chunk of lines as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > TOTAL_LIMIT_BYTES) throw storageUnreadable(path, `${path} is too large`);
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      scanLines(bytes.subarray(0, end), found);
      // A copy: the chunk may be a view of memory that is used again.
      rest = Buffer.from(bytes.subarray(end));
      if (rest.length > LINE_LIMIT_BYTES) throw storageUnreadable(path, `${path} has a line without end`);
      if (found.size > OPAQUE_LIMIT) throw storageUnreadable(path, `${path} names too many opaque directories`);
    }
    scanLines(rest, found);
  } catch (error) {
    if (isStorageUnreadable(error)) throw error;
    throw storageUnreadable(path, error instanceof Error ? error.message : String(error), error);
  }
  return [...found].sort();
}

/** Most lines are neither: they are not even parsed. Headers are stored in base64, which cannot hold the marker. */
function scanLines(lines: Buffer, found: Set<string>): void {
  for (const needle of NEEDLES) {
    for (let at = lines.indexOf(needle); at >= 0; ) {
      const start = lines.lastIndexOf(0x0a, at) + 1;
      const newline = lines.indexOf(0x0a, at);
      const end = newline < 0 ? lines.length : newline;
      addOpaque(lines.toString('utf8', start, end), found);
      at = end >= lines.length ? -1 : lines.indexOf(needle, end);
    }
  }
}

function addOpaque(line: string, found: Set<string>): void {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) return;
  const name = 'name' in entry && typeof entry.name === 'string' ? entry.name : '';
  // Names that are not UTF-8 are stored in base64.
  const raw = 'name_raw' in entry && typeof entry.name_raw === 'string' ? entry.name_raw : '';
  const path = cleanPath(name === '' ? Buffer.from(raw, 'base64').toString('utf8') : name);
  if (path === undefined) return;
  if (path === OPAQUE) found.add('');
  else if (path.endsWith(`/${OPAQUE}`)) found.add(path.slice(0, -OPAQUE.length - 1));
}
