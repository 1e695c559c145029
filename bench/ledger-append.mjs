// Durable appends by 16 callers at once, each waiting for its event before the next. Bundled and started by run.mjs:
// ledger-append.mjs DIRECTORY [PROBE] records into a new SQLite database, ledger-append.mjs postgres into a private
// server. Prints {"events", "ms", "cpuMs", "commits", "leafBytes", ...} for each set of read models, one JSON object.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { EVENTS } from '#app/events.ts';
import { openLedgerServer } from '#app/home/open-home-database.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { encodeLeaf } from '#ledger/leaf.ts';
import { openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import { postgresUnavailable, startPostgres } from '../test/harness/postgres.ts';
import { digestOf, scanOf, updateOf } from './ledger-data.mjs';

/** @typedef {import('#base/database/database.ts').Database<import('#ledger/store/tables.ts').LedgerTables>} LedgerDatabase */

const WRITERS = 16;
const inventories = Array.from({ length: 1000 }, (_, number) => digestOf(`inventory ${number}`));
const PROBE_MS = 1000;
const [where = '', count = '30000'] = process.argv.slice(2);
const events = Number(count);

/** @param {number} number */
const scan = (number) => scanOf(number, inventories[number % inventories.length] ?? '');

/**
 * @param {LedgerDatabase} database
 * @param {readonly import('#ledger/projection/projection.ts').Projection[]} projections
 * @param {(number: number) => import('#ledger/event.ts').AppendRequest} requestOf
 */
async function appends(database, projections, requestOf = scan) {
  let commits = 0;
  const ledger = openLedger({
    database,
    catalogue: eventCatalogue(EVENTS),
    projections,
    signer: generateSigner('bench'),
    now: () => new Date(),
    blob: async () => undefined,
    onPhase: (phase) => {
      if (phase === 'committed') commits += 1;
    },
  });
  let next = 0;
  const writer = async (/** @type {number} */ until) => {
    while (next < until) {
      const number = next++;
      await ledger.append(requestOf(number));
    }
  };
  const everyone = async (/** @type {number} */ until) => {
    await Promise.all(Array.from({ length: WRITERS }, () => writer(until)));
  };
  // Compiled code and grown files: what a server has after its first second.
  await everyone(events / 10);
  const warm = next;
  commits = 0;
  const cpu = process.cpuUsage();
  const begun = process.hrtime.bigint();
  await everyone(warm + events);
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  const { user, system } = process.cpuUsage(cpu);
  let leafBytes = 0;
  for await (const event of ledger.read({ after: warm + events - 10 })) leafBytes = encodeLeaf(event).length;
  return { events: next - warm, ms, cpuMs: (user + system) / 1000, commits, leafBytes };
}

/** Durable transactions of one small row, by the driver alone: what this disk gives at this moment. @param {string} file */
function probe(file) {
  const handle = new Libsql(file);
  for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'fullfsync = ON'])
    handle.exec(`PRAGMA ${setting}`);
  handle.exec('CREATE TABLE probe (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = handle.prepare('INSERT INTO probe (text) VALUES (?)');
  const end = performance.now() + PROBE_MS;
  let transactions = 0;
  for (; performance.now() < end; transactions += 1) insert.run(['x'.repeat(400)]);
  handle.close();
  return (transactions * 1000) / PROBE_MS;
}

/** @param {() => Promise<LedgerDatabase>} open a new, empty database each time */
async function all(open) {
  const inAppend = PROJECTIONS.filter(({ when }) => when === 'in-append');
  const found = [];
  for (const projections of [inAppend, []]) {
    const database = await open();
    await migrate(database, LEDGER_MIGRATIONS);
    found.push(await appends(database, projections));
    await database.close();
  }
  const database = await open();
  await migrate(database, LEDGER_MIGRATIONS);
  const small = await appends(database, inAppend, updateOf);
  await database.close();
  const [withModels, without] = found;
  return { withModels, without, small };
}

if (where === 'postgres') {
  const unavailable = postgresUnavailable();
  if (unavailable === undefined) {
    const inAppend = PROJECTIONS.filter(({ when }) => when === 'in-append');
    /** @type {Record<string, unknown>} */
    const found = {};
    for (const [name, projections] of /** @type {const} */ ([
      ['withModels', inAppend],
      ['without', []],
    ])) {
      const server = await startPostgres();
      try {
        const database = await openLedgerServer(server.ownerUrl);
        await migrate(database, LEDGER_MIGRATIONS);
        found[name] = await appends(database, projections);
        await database.close();
      } finally {
        await server.stop();
      }
    }
    process.stdout.write(JSON.stringify(found));
  } else process.stdout.write(JSON.stringify({ unavailable }));
} else {
  let number = 0;
  const before = probe(join(where, 'probe-before.db'));
  const found = await all(() => openSqlite(join(where, `ledger-${++number}.db`)));
  const after = probe(join(where, 'probe-after.db'));
  process.stdout.write(JSON.stringify({ ...found, probes: [before, after] }));
  rmSync(where, { recursive: true, force: true });
}
