import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import type { Projection, StateProjection, TableProjection } from '#ledger/projection/projection.ts';
import { checkProof, proveEvent } from '#ledger/prove.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import { readEventAt } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';

interface Counted {
  readonly thing: string;
  readonly by: number;
}

function counted(data: unknown): Counted {
  const { thing, by } = (data ?? {}) as Partial<Counted>;
  if (typeof thing !== 'string' || typeof by !== 'number') throw new Error('no thing, or no number');
  return { thing, by };
}

/** Version 1 had no `by`. */
const thingCounted: EventDeclaration<'thing.counted', Counted> = {
  type: 'thing.counted',
  schemaVersion: 2,
  parse: counted,
  upcasts: [(data) => ({ ...(data as object), by: 1 })],
  summarise: ({ thing, by }) => ({ subject: thing, outcome: 'done', sentence: `counted by ${by}` }),
};

const total: StateProjection<number> = {
  kind: 'state',
  id: 'total',
  version: 1,
  handles: ['thing.counted'],
  when: 'in-append',
  initial: 0,
  apply: (state, { known }) => state + (known as Counted).by,
};

const things: TableProjection = {
  kind: 'tables',
  id: 'things',
  version: 1,
  handles: ['thing.counted'],
  when: 'catch-up',
  tables: {
    first: { columns: { thing: 'text', position: 'integer' }, key: ['thing'] },
    last: { columns: { thing: 'text', position: 'integer' }, key: ['thing'], indexes: [['position']] },
  },
  apply: ({ known, position }) => {
    const { thing } = known as Counted;
    return [
      { kind: 'add', table: 'first', row: { thing, position } },
      { kind: 'put', table: 'last', row: { thing, position } },
    ];
  },
};

const catalogue = eventCatalogue([thingCounted]);
const signer = generateSigner('holdfast/test');
const NOW = new Date('2026-11-22T10:00:00.000Z');

let directory: string;
let database: Database<LedgerTables>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  database = await openSqlite(join(directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function open(projections: readonly Projection[] = [total as unknown as Projection, things], now = () => NOW) {
  return openLedger({ database, catalogue, projections, signer, now, blob: async () => undefined });
}

function count(thing: string, by = 1) {
  return {
    stream: `thing:${thing}`,
    events: [{ type: 'thing.counted', data: { thing, by } }],
    actor: 'somebody',
  } as const;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const verify = () => verifyLedger(database, { key: signer.verifierKey, outside: [] });

describe('appending', () => {
  it('gives positions in one order and versions by stream', async () => {
    const ledger = open();
    const results = await Promise.all(['a', 'b', 'a', 'c'].map((thing) => ledger.append(count(thing))));
    expect(results).toEqual([
      { kind: 'appended', position: 1, version: 1, repeated: false },
      { kind: 'appended', position: 2, version: 1, repeated: false },
      { kind: 'appended', position: 3, version: 2, repeated: false },
      { kind: 'appended', position: 4, version: 1, repeated: false },
    ]);
    expect((await all(ledger.read())).map(({ position, stream, version }) => [position, stream, version])).toEqual([
      [1, 'thing:a', 1],
      [2, 'thing:b', 1],
      [3, 'thing:a', 2],
      [4, 'thing:c', 1],
    ]);
    expect(await verify()).toMatchObject({ size: 4, tampering: [], anchored: 0 });
  });

  it('tells a conflict when the stream has moved on, also inside one commit', async () => {
    const ledger = open();
    const results = await Promise.all([
      ledger.append({ ...count('a'), expectedVersion: 0 }),
      ledger.append({ ...count('a'), expectedVersion: 0 }),
    ]);
    expect(results[1]).toEqual({ kind: 'conflict', stream: 'thing:a', expected: 0, actual: 1 });
    expect(await ledger.append({ ...count('a'), expectedVersion: 1 })).toMatchObject({ position: 2, version: 2 });
  });

  it('gives the first result for a repeated key, and records nothing', async () => {
    const ledger = open();
    const [first, same] = await Promise.all([
      ledger.append({ ...count('a'), key: 'once' }),
      ledger.append({ ...count('a', 7), key: 'once' }),
    ]);
    expect(same).toEqual({ ...first, repeated: true });
    expect(await ledger.append({ ...count('b'), key: 'once', expectedVersion: 5 })).toEqual({
      ...first,
      repeated: true,
    });
    expect(await all(ledger.read())).toHaveLength(1);
  });

  it('refuses what it could not read back, and spoils nobody else’s append by it', async () => {
    const ledger = open();
    const bad = [
      { ...count('a'), events: [{ type: 'thing.lost', data: {} }] as const },
      { ...count('a'), events: [{ type: 'thing.counted', data: { thing: 'a' } }] as const },
      { ...count('a'), events: [{ type: 'thing.counted', data: { thing: 'a'.repeat(60_000), by: 1 } }] as const },
      { ...count('a'), key: 'not#ours' },
      { ...count('a'), actor: '' },
      { ...count('a'), stream: '\ud800' },
    ];
    const settled = await Promise.allSettled([...bad.map((one) => ledger.append(one)), ledger.append(count('a'))]);
    const codes = settled.map((one) => (one.status === 'rejected' ? one.reason.code : one.value.kind));
    expect(codes).toEqual([
      'LEDGER_EVENT_UNKNOWN',
      'LEDGER_EVENT_INVALID',
      'LEDGER_EVENT_TOO_LARGE',
      'LEDGER_NAME_INVALID',
      'LEDGER_NAME_INVALID',
      'LEDGER_NAME_INVALID',
      'appended',
    ]);
  });

  it('lets nobody change or remove what was recorded', async () => {
    await open().append(count('a'));
    const changes = [
      database.write((query) => query.updateTable('events').set({ actor: 'nobody' }).execute()),
      database.write((query) => query.deleteFrom('events').execute()),
      database.write((query) => query.deleteFrom('ledger_checkpoints').execute()),
    ];
    for (const change of changes) await expect(change).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(await verify()).toMatchObject({ size: 1, tampering: [] });
  });

  it('records what the clock says, also when it goes backwards', async () => {
    const times = ['2026-11-22T10:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-22T11:00:00.000Z'];
    const ledger = open([], () => new Date(times.shift() ?? 0));
    for (const thing of ['a', 'b', 'c']) await ledger.append(count(thing));
    expect((await all(ledger.read())).map(({ at }) => at.slice(11, 13))).toEqual(['10', '09', '11']);
    expect(await verify()).toMatchObject({ tampering: [], clockSteps: [2] });
  });
});

describe('reading', () => {
  it('upcasts old versions, and keeps what a newer program wrote', async () => {
    const old = openLedger({
      database,
      catalogue: eventCatalogue([
        { ...thingCounted, schemaVersion: 1, parse: (data) => data, upcasts: [] },
        {
          type: 'thing.painted',
          schemaVersion: 1,
          parse: (data) => data,
          upcasts: [],
          summarise: () => ({ subject: '', outcome: 'done', sentence: '' }),
        },
      ]),
      projections: [],
      signer,
      now: () => NOW,
      blob: async () => undefined,
    });
    await old.append({ ...count('a'), events: [{ type: 'thing.counted', data: { thing: 'a' } }] });
    await old.append({ ...count('a'), events: [{ type: 'thing.painted', data: { colour: 'red' } }] });
    const [first, second] = await all(open().read());
    expect(first && catalogue.read(first)).toMatchObject({ kind: 'known', data: { thing: 'a', by: 1 } });
    expect(second && catalogue.read(second)).toMatchObject({ kind: 'unknown' });
    expect(second?.data).toEqual({ colour: 'red' });
  });

  it('finds by type, stream, actor and time, either way round, over pages', async () => {
    const ledger = open();
    await Promise.all(Array.from({ length: 25 }, (_, index) => ledger.append(count(index % 2 === 0 ? 'even' : 'odd'))));
    expect((await all(ledger.read({ stream: 'thing:odd' }, 'newest-first'))).map(({ position }) => position)).toEqual([
      24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2,
    ]);
    expect(await all(ledger.read({ actor: 'nobody' }))).toEqual([]);
    expect(await all(ledger.read({ until: NOW.toISOString() }))).toEqual([]);
    expect(await all(ledger.read({ since: NOW.toISOString(), after: 20, types: ['thing.counted'] }))).toHaveLength(5);
  });
});

describe('read models', () => {
  const stateOf = async () =>
    (
      await database.read((query) => query.selectFrom('projections').selectAll().where('id', '=', 'total').execute())
    ).map(({ generation, version, position, state, serving }) => ({ generation, version, position, state, serving }));

  it('come along in the append, and are built first where there was none', async () => {
    await open([]).append(count('a', 5));
    const ledger = open();
    await ledger.append(count('b', 2));
    expect(await stateOf()).toEqual([{ generation: 1, version: 1, position: 2, state: '7', serving: 1 }]);
  });

  it('catch up when somebody looks, and give way to a new version when that one is whole', async () => {
    const ledger = open();
    for (const thing of ['a', 'b', 'a']) await ledger.append(count(thing));
    const look = (projection: TableProjection, table: string) =>
      ledger.look(projection, (query, name) => query.selectFrom(name(table)).selectAll().orderBy('thing').execute());
    expect(await look(things, 'first')).toEqual([
      { thing: 'a', position: 1 },
      { thing: 'b', position: 2 },
    ]);
    expect(await look(things, 'last')).toEqual([
      { thing: 'a', position: 3 },
      { thing: 'b', position: 2 },
    ]);
    const newer: TableProjection = { ...things, version: 2, apply: (event) => things.apply(event, []) };
    await ledger.append(count('b'));
    expect(await look(newer, 'last')).toContainEqual({ thing: 'b', position: 4 });
    await expect(look(things, 'last')).rejects.toMatchObject({ code: 'LEDGER_PROJECTION_NEWER' });
    await ledger.rebuild([newer]);
    expect(await look(newer, 'last')).toContainEqual({ thing: 'b', position: 4 });
  });

  it('say what they said at any moment', async () => {
    let hour = 10;
    const ledger = open(undefined, () => new Date(`2026-11-22T${hour}:00Z`));
    for (const [index, thing] of ['a', 'b', 'a'].entries()) {
      await ledger.append(count(thing, index + 1));
      hour += 1;
    }
    expect(await ledger.readAt(total, { position: 2 })).toBe(3);
    expect(await ledger.readAt(total, { time: '2026-11-22T11:30:00.000Z' })).toBe(3);
    expect(await ledger.readAt(total, { time: '2026-11-22T09:00:00.000Z' })).toBe(0);
    expect((await ledger.rowsAt(things, { position: 2 })).get('last')).toEqual([
      { thing: 'a', position: 1 },
      { thing: 'b', position: 2 },
    ]);
    expect((await ledger.rowsAt(things, { time: '2026-11-22T12:00:00.000Z' })).get('last')).toEqual([
      { thing: 'a', position: 3 },
      { thing: 'b', position: 2 },
    ]);
  });
});

it('proves every event of a record of 600, to whoever has the public key', async () => {
  const ledger = open([]);
  await Promise.all(Array.from({ length: 600 }, (_, index) => ledger.append(count(`thing ${index}`))));
  for (const position of [1, 2, 255, 256, 257, 512, 513, 599, 600]) {
    const proof = await proveEvent(database, position);
    expect(checkProof(proof, signer.verifierKey)).toMatchObject({ kind: 'proved', event: { position } });
    expect(checkProof(proof, generateSigner('holdfast/test').verifierKey)).toMatchObject({ kind: 'refused' });
    expect(checkProof(proof.replace(`index ${position - 1}`, `index ${position}`), signer.verifierKey).kind).toBe(
      'refused',
    );
  }
  await expect(proveEvent(database, 601)).rejects.toMatchObject({ code: 'LEDGER_POSITION_UNKNOWN' });
  expect((await readEventAt(database, 600))?.event.data).toEqual({ thing: 'thing 599', by: 1 });
});
