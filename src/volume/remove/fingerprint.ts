import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { systemCode } from '#core/errors.ts';

/** More are not looked at: the fingerprint is then undefined. */
const MOST_ENTRIES = 2_000_000;

/**
 * A fingerprint of a directory by names, sizes and times of change, which the kernel sets and programs cannot: another
 * one means that something was written. Undefined when not all of it could be looked at.
 */
export function fingerprint(directory: string, mostEntries: number = MOST_ENTRIES): string | undefined {
  const hash = createHash('sha256');
  const left = [Buffer.from(directory)];
  let entries = 0;
  try {
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      const { ctimeNs, size, ino } = lstatSync(at, { bigint: true });
      hash.update(at).update(`\0${ino} ${size} ${ctimeNs}\0`);
      for (const entry of entriesOf(at)) {
        entries += 1;
        if (entries > mostEntries) return undefined;
        const path = Buffer.concat([at, Buffer.from('/'), entry.name]);
        if (entry.isDirectory()) left.push(path);
        else {
          const facts = lstatSync(path, { bigint: true });
          hash.update(path).update(`\0${facts.ino} ${facts.size} ${facts.ctimeNs}\0`);
        }
      }
    }
    return hash.digest('hex');
  } catch (error) {
    // Something went while it was looked at.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

/** In the order of their names: that of a directory is not always the same. Names are bytes. */
function entriesOf(directory: Buffer): readonly Dirent<Buffer>[] {
  const entries = readdirSync(directory, { withFileTypes: true, encoding: 'buffer' });
  return entries.sort((a, b) => Buffer.compare(a.name, b.name));
}
