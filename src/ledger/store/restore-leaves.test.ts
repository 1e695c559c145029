import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { ledgerOpened, ledgerRestored } from '#ledger/events.ts';
import { encodeLeaf, NO_PREVIOUS } from '#ledger/leaf.ts';
import { openLedger } from '#ledger/ledger.ts';
import { formatCheckpoint } from '#ledger/note/checkpoint.ts';
import { formatVerifierKey, generateSigner } from '#ledger/note/keys.ts';
import { signNote } from '#ledger/note/signed-note.ts';
import { prepareRequest } from '#ledger/prepare.ts';
import { exportCheckpoints, exportLeaves, takeSnapshot } from '#ledger/store/export-leaves.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import { type RecordSource, restoreRecord } from '#ledger/store/restore-leaves.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { treeBuilder } from '#ledger/tree/compact-range.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';

const signer = generateSigner('holdfast/test');
const catalogue = eventCatalogue([ledgerOpened, ledgerRestored]);
const NOW = '2026-11-22T10:00:00.000Z';
/** Enough for nodes of the tree that are kept, and for several pages. */
const EVENTS = 700;

let directory: string;
let original: Database<LedgerTables>;
let taken: Parts;
let opened = 0;

/** A record written out. */
interface Parts {
  readonly size: number;
  readonly root: Buffer;
  readonly leaves: readonly string[];
  readonly notes: readonly string[];
}

async function empty(): Promise<Database<LedgerTables>> {
  opened += 1;
  const database = await openSqlite<LedgerTables>(join(directory, `${opened}.db`));
  await migrate(database, LEDGER_MIGRATIONS);
  return database;
}

function ledgerOf(database: Database<LedgerTables>) {
  const now = () => new Date(NOW);
  return openLedger({ database, catalogue, projections: [], signer, now, blob: async () => undefined });
}

async function append(database: Database<LedgerTables>, count: number): Promise<void> {
  const ledger = ledgerOf(database);
  const data = { origin: signer.name, verifierKey: formatVerifierKey(signer.verifierKey) };
  const one = (_: unknown, index: number) =>
    ledger.append({ stream: `s${index % 7}`, events: [{ type: 'ledger.opened', data }], actor: 'me \u2028 "you"' });
  await Promise.all(Array.from({ length: count }, one));
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('utf8');
}

async function writtenOut(database: Database<LedgerTables>): Promise<Parts> {
  const { size, root, leafBytes, checkpointBytes } = await takeSnapshot(database);
  // What comes later does not belong to it.
  if (database === original) await append(database, 3);
  const leaves = await textOf(exportLeaves(database, { size, root }, () => undefined));
  const notes = await textOf(exportCheckpoints(database, size));
  expect(Buffer.byteLength(leaves)).toBe(leafBytes + size);
  expect(Buffer.byteLength(notes)).toBe(checkpointBytes);
  const lines = (text: string) => text.split('\n').slice(0, -1);
  return { size, root, leaves: lines(leaves), notes: lines(notes).map((line) => JSON.parse(line) as string) };
}

function sourceOf({ size, root, leaves, notes }: Parts, ended = async () => undefined): RecordSource {
  return {
    ...{ size, root, ended },
    leaves: async function* () {
      for (let from = 0; from < leaves.length; from += 90)
        yield leaves.slice(from, from + 90).map((leaf) => Buffer.from(leaf));
    },
    checkpoints: async function* () {
      yield notes;
    },
  };
}

function restore(database: Database<LedgerTables>, source: RecordSource) {
  const data = { size: source.size, root: source.root.toString('base64'), backupAt: NOW };
  const note = { stream: 'ledger', events: [{ type: 'ledger.restored', data }], actor: 'me' } as const;
  return restoreRecord(database, source, {
    ...{ signer, at: NOW, onEvent: () => undefined },
    note: prepareRequest(note, catalogue),
  });
}

/** A chain that fits together and is signed, with one place of a stream twice. */
function forged(): Parts {
  const tree = treeBuilder();
  let previous = NO_PREVIOUS;
  const leaves = [1, 2].map((position) => {
    const names = { stream: 's', type: 'ledger.opened', actor: 'me', at: NOW, key: `k${position}`, previous };
    const leaf = encodeLeaf({ ...names, position, version: 1, schemaVersion: 1, data: {}, metadata: {} });
    const hash = leafHash(leaf);
    tree.append(hash);
    previous = hash.toString('hex');
    return leaf.toString('utf8');
  });
  const root = tree.root();
  const note = signNote(formatCheckpoint({ origin: signer.name, size: 2, root, extensions: [] }), signer);
  return { size: 2, root, leaves, notes: [note] };
}

const verify = (database: Database<LedgerTables>, outside: readonly string[] = []) =>
  verifyLedger(database, {
    key: signer.verifierKey,
    outside: outside.map((note, index) => ({ name: `${index}`, note })),
  });

async function isEmpty(database: Database<LedgerTables>): Promise<boolean> {
  const tables = ['events', 'ledger_head', 'ledger_nodes', 'ledger_checkpoints'] as const;
  const rows = await database.read((query) =>
    Promise.all(tables.map((table) => query.selectFrom(table).selectAll().execute())),
  );
  return rows.every(({ length }) => length === 0);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-restore-'));
  original = await empty();
  await append(original, EVENTS);
  await append(original, 1);
  taken = await writtenOut(original);
});

afterAll(async () => {
  await original.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a record that was written out', () => {
  it('is the same when it is put back, notes that it was, and goes on', async () => {
    const database = await empty();
    expect(await restore(database, sourceOf(taken))).toBe('restored');
    const columns = (from: Database<LedgerTables>) =>
      from.read((query) =>
        query.selectFrom('events').selectAll().where('position', '<=', taken.size).orderBy('position').execute(),
      );
    expect(await columns(database)).toEqual(await columns(original));
    const found = await verify(database, taken.notes);
    expect(found).toMatchObject({ size: EVENTS + 2, tampering: [], anchored: EVENTS + 1 });
    await append(database, 2);
    expect(await verify(database)).toMatchObject({ size: EVENTS + 4, tampering: [] });
    // And out of there again, also with what came behind.
    const again = await writtenOut(database);
    const third = await empty();
    expect(await restore(third, sourceOf(again))).toBe('restored');
    expect(await verify(third)).toMatchObject({ size: EVENTS + 5, tampering: [] });
    await database.close();
    await third.close();
  });

  it('is kept where it is already, with what came behind it', async () => {
    expect(await restore(original, sourceOf(taken))).toBe('kept');
    expect(await verify(original)).toMatchObject({ size: EVENTS + 4, tampering: [] });
  });

  it('is refused by a database with another record, or with less of this one', async () => {
    const database = await empty();
    await append(database, 2);
    await expect(restore(database, sourceOf(taken))).rejects.toMatchObject({ code: 'LEDGER_NOT_EMPTY' });
    await append(database, EVENTS);
    await expect(restore(database, sourceOf(taken))).rejects.toMatchObject({ code: 'LEDGER_NOT_EMPTY' });
    expect(await verify(database)).toMatchObject({ size: EVENTS + 2, tampering: [] });
    await database.close();
  });

  it('leaves nothing when its source ends otherwise than it should', async () => {
    const database = await empty();
    const ended = () => Promise.reject(new Error('more comes'));
    await expect(restore(database, sourceOf(taken, ended))).rejects.toThrow('more comes');
    expect(await isEmpty(database)).toBe(true);
    await database.close();
  });

  const other = generateSigner('holdfast/other');
  const replaced = (leaves: readonly string[], at: number, leaf: string) => leaves.with(at, leaf);
  it.each<[string, (parts: Parts) => Parts]>([
    ['an event less', (parts) => ({ ...parts, leaves: parts.leaves.slice(0, -1) })],
    ['an event more', (parts) => ({ ...parts, leaves: [...parts.leaves, parts.leaves[0] ?? ''] })],
    ['no events', (parts) => ({ ...parts, leaves: [] })],
    ['the first event missing', (parts) => ({ ...parts, leaves: parts.leaves.slice(1) })],
    [
      'two events in each other’s place',
      ({ leaves, ...parts }) => ({
        ...parts,
        leaves: replaced(replaced(leaves, 5, leaves[6] ?? ''), 6, leaves[5] ?? ''),
      }),
    ],
    [
      'an event with another actor',
      ({ leaves, ...parts }) => ({
        ...parts,
        leaves: replaced(leaves, 5, leaves[5]?.replace('"me ', '"no ') ?? ''),
      }),
    ],
    [
      'the last event with another actor',
      ({ leaves, ...parts }) => ({
        ...parts,
        leaves: replaced(leaves, EVENTS, leaves[EVENTS]?.replace('"me ', '"no ') ?? ''),
      }),
    ],
    ['a line that is no event', (parts) => ({ ...parts, leaves: replaced(parts.leaves, 5, '{}') })],
    ['a line that is no JSON', (parts) => ({ ...parts, leaves: replaced(parts.leaves, 5, '\u0000') })],
    ['a line without an end', (parts) => ({ ...parts, leaves: replaced(parts.leaves, 5, 'x'.repeat(70_000)) })],
    ['another root', (parts) => ({ ...parts, root: Buffer.alloc(32, 1) })],
    ['no checkpoint', (parts) => ({ ...parts, notes: [] })],
    ['the newest checkpoint missing', (parts) => ({ ...parts, notes: parts.notes.slice(0, -1) })],
    ['a checkpoint twice', (parts) => ({ ...parts, notes: [...parts.notes, parts.notes.at(-1) ?? ''] })],
    ['a checkpoint that is none', (parts) => ({ ...parts, notes: ['hello', ...parts.notes] })],
    [
      'a checkpoint with another root',
      (parts) => ({
        ...parts,
        notes: [
          ...parts.notes.slice(0, -1),
          parts.notes.at(-1)?.replace(/\n[^\n]{43}=\n/, `\n${'A'.repeat(43)}=\n`) ?? '',
        ],
      }),
    ],
    [
      'a checkpoint by another key',
      (parts) => ({
        ...parts,
        notes: [...parts.notes.slice(0, -1), parts.notes.at(-1)?.replaceAll(signer.name, other.name) ?? ''],
      }),
    ],
  ])('is refused with %s, and leaves nothing', async (_, change) => {
    const database = await empty();
    await expect(restore(database, sourceOf(change(taken)))).rejects.toMatchObject({ code: 'LEDGER_RESTORE_INVALID' });
    expect(await isEmpty(database)).toBe(true);
    await database.close();
  });

  it('is refused where a forger’s events exclude each other', async () => {
    const database = await empty();
    await expect(restore(database, sourceOf(forged()))).rejects.toMatchObject({ code: 'LEDGER_RESTORE_INVALID' });
    expect(await isEmpty(database)).toBe(true);
    await database.close();
  });

  it('is not written out when it is not whole', async () => {
    const database = await empty();
    await append(database, 5);
    const { size, root } = await takeSnapshot(database);
    const wrong = { size, root: Buffer.alloc(32) };
    const all = (snapshot: { size: number; root: Buffer }) => textOf(exportLeaves(database, snapshot, () => undefined));
    await expect(all(wrong)).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
    await expect(all({ size: size + 1, root })).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
    await database.close();
  });
});
