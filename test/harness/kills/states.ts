import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a volume holds at a round: everything follows from its number. */
const OWN = /^(?:state|f|g\d)$/;
const PARTS = 4;

/** Names and texts. Of a pack that is written at a round, a part is needed for longer: pruning has to pack it anew. */
function filesOf(round: number, sizeBytes: number): ReadonlyMap<string, string> {
  const text = (name: string, value: number) =>
    createHash('shake256', { outputLength: Math.ceil(sizeBytes / 2) })
      .update(`${name} ${value}`)
      .digest('hex');
  const parts = Array.from({ length: PARTS }, (_, part): [string, string] => {
    const since = Math.floor((round + part) / PARTS);
    return [`g${part}`, text(`g${part}`, since)];
  });
  return new Map([['f', text('f', round)], ...parts, ['state', `${round} ${sizeBytes}\n`]]);
}

/** Brings a directory to a round's state. Nobody else writes these names. */
export function writeState(directory: string, round: number, sizeBytes: number): void {
  for (const [name, text] of filesOf(round, sizeBytes)) {
    if (readText(join(directory, name)) !== text) writeFileSync(join(directory, name), text);
  }
}

/** The round whose state a directory holds, byte for byte. @throws when it is none, or a mixture */
export function readState(directory: string): number {
  const [round = Number.NaN, sizeBytes = Number.NaN] = readText(join(directory, 'state')).trim().split(' ').map(Number);
  if (!Number.isInteger(round) || !Number.isInteger(sizeBytes)) throw new Error(`${directory} holds no state`);
  const expected = filesOf(round, sizeBytes);
  const there = readdirSync(directory).filter((name) => OWN.test(name));
  const wrong = [...expected].find(([name, text]) => readText(join(directory, name)) !== text)?.[0];
  if (wrong !== undefined || there.length !== expected.size) {
    throw new Error(`${directory} is not as it was at ${round}: ${wrong ?? there.join(' ')}`);
  }
  return round;
}

/** Writes records to two files, one after the other, each on disk before the next; goes on from what is there. */
export const RECORDER = [
  'cd /data; touch a b',
  'set -- $(tail -n 1 a); [ $# = 2 ] || set -- 0 none; n=$1; h=$2',
  // Killed between the two, the second has one less.
  '[ "$(wc -l <a)" = "$(wc -l <b)" ] || tail -n 1 a >>b',
  'while :; do',
  '  n=$((n+1)); h=$(echo "$n $h" | sha256sum | cut -c 1-16)',
  '  for f in a b; do echo "$n $h" | dd of=$f oflag=append conv=notrunc,fsync status=none; done',
  '  sleep 0.2',
  'done',
].join('\n');

/**
 * How many records a directory holds. Each is checked against the one before it.
 * @param live where they were written: what is held must be the beginning of it
 * @throws when one is wrong or missing, or the second file is not the first one's, or its all but the last
 */
export function readRecords(directory: string, live: string): number {
  const [a, b] = [readText(join(directory, 'a')), readText(join(directory, 'b'))];
  const lines = a.trimEnd().split('\n');
  let hash = 'none';
  for (const [index, line] of lines.entries()) {
    const next = createHash('sha256')
      .update(`${index + 1} ${hash}\n`)
      .digest('hex')
      .slice(0, 16);
    if (line !== `${index + 1} ${next}`) throw new Error(`record ${index + 1} in ${directory} is wrong: ${line}`);
    hash = next;
  }
  const shorter = `${lines.slice(0, -1).join('\n')}\n`;
  if (!a.endsWith('\n') || (b !== a && b !== shorter)) throw new Error(`${directory} mixes two moments`);
  if (!readText(join(live, 'a')).startsWith(a)) throw new Error(`${directory} holds what was never written`);
  return lines.length;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
