import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { decodeLeaf, encodeLeaf } from '#ledger/leaf.ts';
import { openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { LEDGER_MIGRATIONS, WRITTEN_ONCE } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import type { OutsideCheckpoint } from '#ledger/verify/outside.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';

const signer = generateSigner('holdfast/test');
const catalogue = eventCatalogue([
  {
    type: 'thing.happened',
    schemaVersion: 1,
    parse: (data) => data,
    upcasts: [],
    summarise: () => ({ subject: '', outcome: 'done', sentence: '' }),
  },
]);

let directory: string;
let database: Database<LedgerTables>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
  database = await openSqlite(join(directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function ledgerSignedBy(by = signer) {
  return openLedger({
    database,
    catalogue,
    projections: [],
    signer: by,
    now: () => new Date(0),
    blob: async () => undefined,
  });
}

/** One commit, and so one checkpoint, an event. */
async function record(count: number, by = signer): Promise<void> {
  const ledger = ledgerSignedBy(by);
  for (let index = 0; index < count; index += 1) {
    await ledger.append({ stream: 's', events: [{ type: 'thing.happened', data: { index } }], actor: 'somebody' });
  }
}

/** One commit for all. */
async function recordTogether(count: number): Promise<void> {
  const ledger = ledgerSignedBy();
  const one = (index: number) =>
    ledger.append({ stream: 's', events: [{ type: 'thing.happened', data: { index } }], actor: 'somebody' });
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

/** Somebody with the file and no key, who knows about the triggers. */
async function tamper(...statements: readonly string[]): Promise<void> {
  await database.write(async (query) => {
    for (const table of WRITTEN_ONCE) {
      for (const change of ['update', 'delete'])
        await sql.raw(`drop trigger if exists ${table}_refuse_${change}`).execute(query);
    }
    for (const statement of statements) await sql.raw(statement).execute(query);
  });
}

/** The statement that gives a row other bytes, and their hash. */
async function rewritten(position: number, data: object): Promise<string> {
  const row = await database.read((query) =>
    query.selectFrom('events').select('leaf').where('position', '=', position).executeTakeFirstOrThrow(),
  );
  const leaf = encodeLeaf({ ...decodeLeaf(row.leaf), data: data as never });
  return `update events set leaf = x'${leaf.toString('hex')}', leaf_hash = x'${leafHash(leaf).toString('hex')}' where position = ${position}`;
}

async function verdict(outside: readonly OutsideCheckpoint[] = [], key = signer.verifierKey) {
  const { tampering } = await verifyLedger(database, { key, outside });
  return tampering.map(({ kind, position, upTo }) => `${kind} ${position}${upTo === undefined ? '' : `-${upTo}`}`);
}

async function checkpoint(name = 'kept elsewhere'): Promise<OutsideCheckpoint> {
  return { name, note: (await database.read(latestCheckpoint))?.note ?? '' };
}

describe('a whole record', () => {
  it('is whole, whether empty or grown', async () => {
    expect(await verdict()).toEqual([]);
    await record(3);
    await recordTogether(600);
    expect(await verdict()).toEqual([]);
  });

  it('is anchored as far as an outside checkpoint goes', async () => {
    await record(3);
    const kept = await checkpoint();
    await record(2);
    const found = await verifyLedger(database, { key: signer.verifierKey, outside: [kept, await checkpoint('newer')] });
    expect(found).toMatchObject({ size: 5, tampering: [], anchored: 5 });
    expect(await verifyLedger(database, { key: signer.verifierKey, outside: [kept] })).toMatchObject({ anchored: 3 });
    expect(await verifyLedger(database, { key: signer.verifierKey, outside: [] })).toMatchObject({ anchored: 0 });
  });
});

describe('a changed record', () => {
  it.each([
    [
      'bytes',
      "update events set leaf = cast(replace(cast(leaf as text), 'somebody', 'everyone') as blob) where position = 4",
      'edited 4',
    ],
    ['bytes that are no event', "update events set leaf = x'00' where position = 4", 'edited 4'],
    ['the kept hash', "update events set leaf_hash = x'00' where position = 4", 'edited 4'],
    ['a column', "update events set actor = 'nobody' where position = 4", 'edited 4'],
    ['the time', "update events set at = '2020-01-01T00:00:00.000Z' where position = 1", 'edited 1'],
    ['a column that is no text', "update events set actor = cast(x'ff' as text) where position = 4", 'edited 4'],
    ['a column of another type', 'update events set at = cast(at as blob) where position = 4', 'edited 4'],
    ['bytes as text', 'update events set leaf = cast(leaf as text) where position = 4', 'edited 4'],
    ['a number that is none', "update events set version = cast(x'ff' as text) where position = 4", 'edited 4'],
    ['a row in the middle', 'delete from events where position = 4', 'deleted 4'],
    ['the first row', 'delete from events where position = 1', 'deleted 1'],
    ['the last row', 'delete from events where position = 7', 'truncated 7-7'],
    ['the last rows', 'delete from events where position > 2', 'truncated 3-7'],
    ['all rows', 'delete from events', 'truncated 1-7'],
    ['a node or the head', "update ledger_head set range = x'00'", 'edited 7'],
    ['a head that is no bytes', "update ledger_head set range = cast(x'ff' as text)", 'edited 7'],
    ['what the next event would follow', "update ledger_head set last_hash = x'00'", 'edited 7'],
    [
      'a checkpoint that is no text',
      "update ledger_checkpoints set note = cast(x'ff' as text) where size = 3",
      'wrong-key 3',
    ],
    ['a checkpoint', "update ledger_checkpoints set note = replace(note, '—', '-') where size = 3", 'wrong-key 3'],
    ['a checkpoint of another size', 'update ledger_checkpoints set size = 99 where size = 4', 'truncated 8-99'],
  ])('%s', async (_, statement, expected) => {
    await record(7);
    await tamper(statement);
    expect(await verdict()).toEqual([expected]);
  });

  it('deleted and closed up again', async () => {
    await record(7);
    await tamper(
      'delete from events where position = 4',
      'update events set position = position - 1, version = -version where position > 4',
    );
    expect(await verdict()).toEqual(['deleted 4']);
  });

  it('inserted, the others moved on', async () => {
    await record(7);
    await tamper(
      'update events set position = -(position + 1) where position >= 4',
      'update events set position = -position where position < 0',
      "insert into events select 4, 'x', 1, type, schema_version, actor, at, 'new', leaf, leaf_hash from events where position = 3",
    );
    expect(await verdict()).toEqual(['inserted 4']);
  });

  it('two rows exchanged', async () => {
    await record(7);
    await tamper(
      'update events set position = -position where position in (3, 5)',
      'update events set position = 8 + position where position < 0',
    );
    expect(await verdict()).toEqual(['reordered 3']);
  });

  it('edited with a hash that fits: the next event tells, or the checkpoint', async () => {
    await record(7);
    await tamper(await rewritten(4, { index: 99 }));
    expect(await verdict()).toEqual(['edited 4']);
  });

  it('the last one edited with a hash that fits', async () => {
    await record(7);
    await tamper(await rewritten(7, { index: 99 }));
    expect(await verdict()).toEqual(['edited 7']);
  });

  it('in the middle of one commit', async () => {
    await recordTogether(50);
    await tamper(await rewritten(20, { index: 99 }));
    expect(await verdict()).toEqual(['edited 20']);
  });

  it('added without the key', async () => {
    await record(7);
    const other = generateSigner('holdfast/test');
    const note = await checkpoint();
    await record(1, other);
    await tamper('delete from ledger_checkpoints where size = 8');
    expect(await verdict([note])).toEqual(['inserted 8']);
  });

  it('added and signed with another key', async () => {
    await record(5);
    await record(2, generateSigner('holdfast/test'));
    expect(await verdict()).toEqual(['wrong-key 6']);
  });

  it('a stored node of the tree', async () => {
    await recordTogether(600);
    await tamper("update ledger_nodes set hash = x'00' where place = 1");
    expect(await verdict()).toEqual(['edited 257-512']);
    await tamper("update ledger_nodes set hash = cast(x'ff' as text) where place = 1");
    expect(await verdict()).toEqual(['edited 257-512']);
  });

  it('all rows moved on', async () => {
    await record(3);
    await tamper('update events set position = -(position + 1)', 'update events set position = -position');
    expect(await verdict()).toEqual(['deleted 1']);
  });

  it('a row put in that fits what stands before it', async () => {
    await record(5);
    const forged = await rewritten(3, { index: 99 });
    await tamper(
      'update events set position = -(position + 1), idempotency_key = position where position >= 3',
      'update events set position = -position where position < 0',
      "insert into events select 3, 'x', 1, type, schema_version, actor, at, 'new', leaf, leaf_hash from events where position = 4",
      forged,
    );
    expect(await verdict()).toEqual(['inserted 3']);
  });
});

describe('an outside checkpoint', () => {
  it('tells that the whole was rolled back', async () => {
    await record(3);
    const copy = await database.read((query) => query.selectFrom('ledger_head').selectAll().executeTakeFirstOrThrow());
    await record(2);
    const kept = await checkpoint();
    await tamper(
      'delete from events where position > 3',
      'delete from ledger_checkpoints where size > 3',
      `update ledger_head set size = 3, range = x'${copy.range.toString('hex')}', last_hash = x'${copy.last_hash.toString('hex')}'`,
    );
    expect(await verdict()).toEqual([]);
    expect(await verdict([kept])).toEqual(['rolled-back 4-5']);
  });

  it('tells that owner and key rewrote history', async () => {
    await record(5);
    const kept = await checkpoint();
    await tamper(
      'delete from events',
      'delete from ledger_checkpoints',
      'delete from ledger_head',
      'delete from ledger_nodes',
    );
    await record(3);
    await recordTogether(3);
    expect(await verdict()).toEqual([]);
    expect(await verdict([kept])).toEqual(['edited 4-5']);
  });

  it('counts only when the record’s key signed it', async () => {
    await record(2);
    const kept = await checkpoint();
    const forged = { ...kept, note: kept.note.replace('\n2\n', '\n1\n') };
    expect(await verdict([forged])).toEqual(['wrong-key 1']);
    expect(await verdict([{ name: 'no note', note: 'something' }])).toEqual(['wrong-key 1']);
    expect(await verdict([kept], generateSigner('holdfast/test').verifierKey)).toEqual(['wrong-key 1', 'wrong-key 1']);
  });
});
