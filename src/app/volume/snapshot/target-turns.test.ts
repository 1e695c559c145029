import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EVENTS } from '#app/events.ts';
import { settleSnapshots } from '#app/volume/snapshot/settle-snapshots.ts';
import { owedEnds, takeTargetTurn } from '#app/volume/snapshot/target-turns.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type Holder, thisProcess } from '#volume/hold/holder.ts';

const repository = { name: 'main', id: 'r' };
let home: { readonly directory: string };

beforeEach(() => {
  home = { directory: mkdtempSync(join(tmpdir(), 'holdfast-turns-')) };
});

afterEach(() => rmSync(home.directory, { recursive: true }));

/** A turn of somebody else's, as its file says. */
function turnOf(holder: Holder, target = 'db', key = 'one'): string {
  const path = join(home.directory, 'turns/main', `${target}.json`);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify({ version: 1, holder, target, repository, key }));
  return path;
}

/** A process that has ended. */
function dead(): Holder {
  return { ...thisProcess(), pid: spawnSync('true').pid };
}

test('snapshots of one target take turns; those of others, and into other repositories, do not wait', async () => {
  const first = await takeTargetTurn(home, { repository, target: 'db' });
  const elsewhere = { name: 'second', id: 's' };
  for (const other of [
    { repository, target: 'other' },
    { repository: elsewhere, target: 'db' },
  ]) {
    (await takeTargetTurn(home, { ...other, limitMs: 0 })).release();
  }
  const refused = takeTargetTurn(home, { repository, target: 'db', limitMs: 0 });
  await expect(refused).rejects.toMatchObject({ code: 'SNAPSHOT_BUSY' });
  const second = takeTargetTurn(home, { repository, target: 'db' });
  first.release();
  (await second).release();
  expect(readdirSync(join(home.directory, 'turns/main'))).toEqual([]);
});

test('what waits can be told to end', async () => {
  const turn = await takeTargetTurn(home, { repository, target: '/srv/uploads' });
  const signal = AbortSignal.abort(new Error('SIGTERM'));
  await expect(takeTargetTurn(home, { repository, target: '/srv/uploads', signal })).rejects.toThrow('SIGTERM');
  turn.release();
});

test('the turn of a dead run is taken over, that of one which cannot be seen only when it is silent', async () => {
  turnOf(dead());
  (await takeTargetTurn(home, { repository, target: 'db', limitMs: 0 })).release();
  for (const one of owedEnds(home)) one.settled();
  const path = turnOf({ ...thisProcess(), host: 'another' });
  await expect(takeTargetTurn(home, { repository, target: 'db', limitMs: 0 })).rejects.toThrow(/of another/);
  expect(owedEnds(home)).toEqual([]);
  utimesSync(path, new Date(), new Date(Date.now() - 120_000));
  expect(owedEnds(home)).toMatchObject([{ target: 'db', key: 'one' }]);
});

test('what ended without a word is known until it was told, also when somebody waited for the turn', async () => {
  turnOf(dead());
  const turn = await takeTargetTurn(home, { repository, target: 'db', limitMs: 0 });
  expect(owedEnds(home)).toMatchObject([{ key: 'one' }]);
  const [owed, ...more] = owedEnds(home);
  expect([owed, more]).toMatchObject([{ target: 'db', repository }, []]);
  owed?.settled();
  expect(owedEnds(home)).toEqual([]);

  turn.leave();
  const next = await takeTargetTurn(home, { repository, target: 'db', limitMs: 0 });
  // It is the next one's by now.
  turn.release();
  await expect(takeTargetTurn(home, { repository, target: 'db', limitMs: 0 })).rejects.toThrow(/takes a snapshot/);
  expect(owedEnds(home)).toMatchObject([{ key: turn.key }]);
  expect(next.key).not.toBe(turn.key);
  for (const one of owedEnds(home)) one.settled();
  next.release();
  expect(readdirSync(join(home.directory, 'turns/main'))).toEqual([]);
});

test('a file that was cut off is nobody’s after a while', () => {
  const path = turnOf(dead());
  writeFileSync(path, '{"vers');
  expect(owedEnds(home)).toEqual([]);
  expect(readdirSync(join(home.directory, 'turns/main'))).toHaveLength(1);
  utimesSync(path, new Date(), new Date(Date.now() - 120_000));
  expect(owedEnds(home)).toEqual([]);
  expect(readdirSync(join(home.directory, 'turns/main'))).toEqual([]);
});

test('a run that died is told to the record once, and only if it had not come to its end', async () => {
  const database = await openSqlite<LedgerTables>(join(home.directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
  const catalogue = eventCatalogue(EVENTS);
  const ledger = openLedger({
    ...{ database, catalogue, projections: [], signer: generateSigner('holdfast/test') },
    ...{ now: () => new Date(), blob: async () => undefined },
  } as never);
  const about = { volume: 'db', repository };
  const started = { type: 'snapshot.started', data: { ...about, writers: [], writersComplete: false } } as const;
  const begin = (key: string) => ledger.append({ stream: 'volume:db', events: [started], actor: 'tester', key });
  const positionOf = (begun: Awaited<ReturnType<typeof begin>>) => (begun.kind === 'appended' ? begun.position : 0);
  const ended = positionOf(await begin('ended'));
  const failure = { ...about, started: ended, code: 'RESTIC_DISK_FULL', message: 'It is full' };
  await ledger.append({ stream: 'volume:db', events: [{ type: 'snapshot.failed', data: failure }], actor: 'tester' });
  const record = { home, ledger, catalogue } as never;
  turnOf(dead(), 'db', 'ended');
  await settleSnapshots({ record, actor: 'tester' });
  const killed = positionOf(await begin('killed'));
  turnOf(dead(), 'db', 'killed');
  turnOf(dead(), 'other', 'never begun');
  await settleSnapshots({ record, actor: 'tester' });
  await settleSnapshots({ record, actor: 'tester' });
  expect(readdirSync(join(home.directory, 'turns/main'))).toEqual([]);
  const told: unknown[] = [];
  for await (const event of ledger.read({ types: ['snapshot.failed'] })) told.push(catalogue.known(event)?.data);
  expect(told).toMatchObject([{ started: ended }, { started: killed, code: 'SNAPSHOT_INTERRUPTED' }]);
  await database.close();
});
