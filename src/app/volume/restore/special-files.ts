import { type Dirent, lstatSync, opendirSync } from 'node:fs';
import type { Problem } from '#core/errors.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';

const MOST_ENTRIES = 500_000;
const SET_USER_OR_GROUP = 0o6000;

/**
 * Tells of what was restored into a directory and would let whoever can reach it become somebody else: programs that run as
 * their owner, which a container's root can make, and devices, which it can make, too. In a volume nobody of the host
 * reaches them. Undefined when there are none; nobody else may change the directory meanwhile.
 */
export function specialFiles(item: Buffer): Problem | undefined {
  const found: Buffer[] = [];
  let count = 0;
  let entries = 0;
  const left = [item];
  for (let path = left.pop(); path !== undefined && entries < MOST_ENTRIES; path = left.pop()) {
    entries += 1;
    const facts = lstatSync(path);
    const isDevice = facts.isBlockDevice() || facts.isCharacterDevice();
    if (isDevice || (facts.isFile() && (facts.mode & SET_USER_OR_GROUP) !== 0 && (facts.mode & 0o111) !== 0)) {
      count += 1;
      if (found.length < 3) found.push(path);
    }
    if (facts.isDirectory()) for (const name of namesIn(path)) left.push(Buffer.concat([path, Buffer.from('/'), name]));
  }
  if (count === 0) return undefined;
  const names = found.map((path) => displayPath(path.subarray(path.lastIndexOf(0x2f) + 1))).join(', ');
  return {
    code: 'RESTORE_SPECIAL_FILES',
    message: `Devices or programs that run as their owner were restored, ${count} of them (${names}): who can reach them may become root`,
    hint: 'Let nobody but root into the directory, or remove them.',
  };
}

function namesIn(path: Buffer): readonly Buffer[] {
  const names: Buffer[] = [];
  // Names are bytes: Latin-1 keeps them as they are.
  const directory = opendirSync(path, {
    encoding: 'latin1',
  });
  try {
    for (let entry: Dirent | null = directory.readSync(); entry !== null; entry = directory.readSync()) {
      names.push(Buffer.from(entry.name, 'latin1'));
    }
  } finally {
    directory.closeSync();
  }
  return names;
}
