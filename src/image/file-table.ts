import type { EntryType, LayerEntry } from '#image/entry.ts';

const TYPES: readonly EntryType[] = ['file', 'directory', 'symlink', 'hardlink', 'other'];
const FIRST_BYTES = 8 * 1024;

/** What the table keeps of an entry. */
export type TableEntry = Pick<LayerEntry, 'path' | 'type' | 'mode' | 'sizeBytes'> & { readonly linkTarget?: string };

/** Collects a layer's entries into few bytes: each path only as far as it differs from the one before. */
export interface FileTableWriter {
  /** How many bytes the entry took. */
  add(entry: LayerEntry): number;
  /** The table; the writer is done then. */
  finish(): Buffer;
}

/** About 20 bytes an entry, so that a million files stay within memory. Hard links keep their target. */
export function writeFileTable(): FileTableWriter {
  let bytes = Buffer.allocUnsafe(FIRST_BYTES);
  let at = 0;
  let previous = '';
  const room = (wanted: number) => {
    if (at + wanted <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + wanted));
    bytes.copy(larger, 0, 0, at);
    bytes = larger;
  };
  const varint = (value: number) => {
    let rest = value;
    while (rest >= 128) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
  };
  const text = (value: string) => {
    const length = Buffer.byteLength(value);
    varint(length);
    at += bytes.write(value, at);
  };
  return {
    add: ({ path, type, mode, sizeBytes, linkTarget }) => {
      room(path.length * 3 + (linkTarget?.length ?? 0) * 3 + 64);
      const before = at;
      const most = Math.min(path.length, previous.length);
      let shared = 0;
      while (shared < most && path.charCodeAt(shared) === previous.charCodeAt(shared)) shared += 1;
      // Never between the halves of a surrogate pair: each half alone has no bytes of its own.
      if (shared > 0 && (path.charCodeAt(shared - 1) & 0xfc00) === 0xd800) shared -= 1;
      varint(shared);
      text(shared === 0 ? path : path.slice(shared));
      varint(TYPES.indexOf(type) + mode * 8);
      varint(sizeBytes);
      if (type === 'hardlink') text(linkTarget ?? '');
      previous = path;
      return at - before;
    },
    // Unused room is given back, unless it would cost a copy of something large.
    finish: () =>
      at < bytes.length / 2 || at < FIRST_BYTES ? Buffer.from(bytes.subarray(0, at)) : bytes.subarray(0, at),
  };
}

/** Reads a table back, in the order it was written. A table that this program did not write may throw `RangeError`. */
export function* readFileTable(table: Buffer): Generator<TableEntry> {
  let at = 0;
  let previous = '';
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = table[at++];
      if (byte === undefined) throw new RangeError('a file table ends early');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const text = (): string => {
    const length = varint();
    at += length;
    if (at > table.length) throw new RangeError('a file table ends early');
    return table.toString('utf8', at - length, at);
  };
  while (at < table.length) {
    const shared = varint();
    const path = previous.slice(0, shared) + text();
    const kind = varint();
    const type = TYPES[kind % 8] ?? 'other';
    const mode = Math.floor(kind / 8);
    const sizeBytes = varint();
    yield type === 'hardlink' ? { path, type, mode, sizeBytes, linkTarget: text() } : { path, type, mode, sizeBytes };
    previous = path;
  }
}
