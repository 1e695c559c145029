import { createHash } from 'node:crypto';
import { type Digest, digestHex, isDigest } from '#core/digest.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { Change, TableProjection } from '#ledger/projection/projection.ts';

const ID_BYTES = 16;

/** When a flaw was first recorded for a package, in whatever image and version: the first scan that had it as a finding. */
export const flawsProjection: TableProjection = {
  kind: 'tables',
  id: 'flaws',
  version: 1,
  handles: ['image.inventoried'],
  when: 'catch-up',
  tables: {
    first: { columns: { flaw: 'bytes', at: 'text' }, key: ['flaw'] },
    /** Lists of flaws that are in these tables. */
    known: { columns: { list: 'bytes' }, key: ['list'] },
    /** Lists that were gone or damaged when they were asked for: a date behind one of them may be too late. */
    unread: { columns: { list: 'bytes', at: 'text' }, key: ['list'] },
  },
  evidence: ({ known }) =>
    listOf(known).map((digest) => ({ digest, unless: { table: 'known', row: { list: listId(digest) } } })),
  apply: ({ known, at }, [seen]) => listOf(known).flatMap((digest) => changesOf(digest, at, seen)),
  unreadable: ({ position, at }) => [{ kind: 'add', table: 'unread', row: { list: idOf(`event ${position}`), at } }],
};

function listOf(known: unknown): readonly Digest[] {
  const { flaws } = known as ImageInventoried;
  return flaws !== undefined && isDigest(flaws) ? [flaws] : [];
}

function changesOf(digest: Digest, at: string, seen: Buffer | 'known' | undefined): readonly Change[] {
  const list = listId(digest);
  if (seen === 'known') return [];
  if (seen === undefined) return [{ kind: 'add', table: 'unread', row: { list, at } }];
  return [
    ...readFlaws(seen).map((flaw): Change => ({ kind: 'add', table: 'first', row: { flaw: flawId(flaw), at } })),
    { kind: 'add', table: 'known', row: { list } },
  ];
}

/** The flaws of a scan as the bytes of a blob, each a line; the same flaws give the same bytes. */
export function writeFlaws(flaws: Iterable<string>): Buffer {
  return Buffer.from([...new Set(flaws)].sort().join('\n'));
}

function readFlaws(bytes: Buffer): readonly string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((flaw) => flaw !== '');
}

function listId(digest: Digest): Buffer {
  return Buffer.from(digestHex(digest), 'hex').subarray(0, ID_BYTES);
}

/** What a flaw is found by in the tables. */
export function flawId(flaw: string): Buffer {
  return idOf(flaw.replaceAll('\n', ' ').toWellFormed());
}

function idOf(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, ID_BYTES);
}
