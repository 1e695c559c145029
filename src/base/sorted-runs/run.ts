import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { readExactly } from '#base/files/read-exactly.ts';

/** A key with what belongs to it. */
export interface SortedEntry {
  /** Bytes as characters (`latin1`), so that keys compare bytewise, and fast. */
  readonly key: string;
  readonly body: Buffer;
}

const HEAD_BYTES = 8;
const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;

/** Writes entries in order: lengths of key and body, key, body. */
export function writeRun(file: string, entries: Iterable<SortedEntry>): void {
  const fd = openSync(file, 'wx', 0o600);
  let parts: Buffer[] = [];
  let bytes = 0;
  const flush = () => {
    const all = Buffer.concat(parts);
    for (let done = 0; done < all.length; ) done += writeSync(fd, all, done);
    parts = [];
    bytes = 0;
  };
  try {
    for (const { key, body } of entries) {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(key.length, 0);
      head.writeUInt32LE(body.length, 4);
      parts.push(head, Buffer.from(key, 'latin1'), body);
      bytes += HEAD_BYTES + key.length + body.length;
      if (bytes > WRITE_BYTES) flush();
    }
    flush();
  } finally {
    closeSync(fd);
  }
}

/** Reads them back, a window at a time. */
export function* readRun(file: string): Generator<SortedEntry> {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    let window: Buffer = Buffer.alloc(0);
    let position = 0;
    const take = (length: number): Buffer => {
      if (window.length < length) {
        const more = Math.min(Math.max(READ_BYTES, length - window.length), size - position);
        window = Buffer.concat([window, readExactly(fd, position, more)]);
        position += more;
      }
      const taken = window.subarray(0, length);
      window = window.subarray(length);
      return taken;
    };
    while (position < size || window.length > 0) {
      const head = take(HEAD_BYTES);
      const key = take(head.readUInt32LE(0)).toString('latin1');
      yield { key, body: take(head.readUInt32LE(4)) };
    }
  } finally {
    closeSync(fd);
  }
}
