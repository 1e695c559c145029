import type { NamedPackage } from '#advisory/advisory.ts';
import type { BlockWriter } from '#advisory/store/block-writer.ts';
import { BLOCK_BYTES } from '#advisory/store/format.ts';
import type { PackageGroup } from '#advisory/store/groups.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import type { SortedEntry } from '#base/sorted-runs/run.ts';

/** A byte that no UTF-8 text has: these entries come behind all others. */
const ID_MARK = '\xff';

const NOTHING = Buffer.alloc(0);

/** Bytes as characters. */
function bytesAsText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The key of what is said under an id, bytes as characters. */
export function idKey(id: string): string {
  return `${ID_MARK}${bytesAsText(id)}`;
}

/** Whether an entry tells which packages an id is about. */
export function isIdKey(key: Buffer): boolean {
  return key[0] === 0xff;
}

interface Ids {
  readonly i: string;
  readonly a?: readonly string[];
  readonly u?: readonly string[];
  readonly w?: string;
}

/** No database gives longer ones, or such as would be taken apart in the wrong place. */
function canBeAsked(id: string): boolean {
  return id.length <= 500 && !id.includes('\0');
}

/** What is sorted: every id, alias and bundled CVE with the package that it is about. */
export function* idsOf({ key, advisories }: PackageGroup): Generator<SortedEntry> {
  const named = key.toString('latin1');
  for (const { json } of advisories) {
    const { i, a = [], u = [], w } = JSON.parse(json.toString()) as Ids;
    // Nothing is affected by what was taken back.
    if (w !== undefined) continue;
    for (const id of new Set([i, ...a, ...u].filter(canBeAsked)))
      yield { key: `${idKey(id)}\0${named}`, body: NOTHING };
  }
}

/** Writes an entry for each id, or several that each fill a block. */
export function writeNamedPackages(blocks: BlockWriter, entries: Iterable<SortedEntry>): void {
  let id: string | undefined;
  let last = '';
  let packages: string[] = [];
  let bytes = 0;
  const flush = () => {
    if (id !== undefined && packages.length > 0) {
      blocks.add(Buffer.from(id, 'latin1'), Buffer.from(`[${packages.join(',')}]`));
    }
    packages = [];
    bytes = 0;
  };
  for (const { key } of entries) {
    if (key === last) continue;
    last = key;
    const [own = '', ecosystem = '', name = ''] = key.split('\0');
    if (own !== id || bytes > BLOCK_BYTES) flush();
    id = own;
    const text = JSON.stringify([ecosystem, name].map((part) => Buffer.from(part, 'latin1').toString()));
    packages.push(text);
    bytes += text.length;
  }
  flush();
}

/** @throws `ADVISORIES_CORRUPT` */
export function readNamedPackages(body: Buffer): readonly NamedPackage[] {
  let list: unknown;
  try {
    list = JSON.parse(body.toString());
  } catch {
    throw corrupt('an entry is not JSON');
  }
  if (!Array.isArray(list)) throw corrupt('the packages of an id are no list');
  return list.map((pair: unknown) => {
    const [ecosystem, name] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof ecosystem !== 'string' || typeof name !== 'string') throw corrupt('a package of an id has no name');
    return { ecosystem, name };
  });
}
