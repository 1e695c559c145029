// A process of its own for tests of ledgers: append-worker.ts ENGINE TARGET KEY NAME COUNT. It appends as several at a
// time, and prints the name of each event that was acknowledged.
import { openLedgerServer } from '#app/home/open-home-database.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { parseSignerKey } from '#ledger/note/keys.ts';
import { countOf, openCounted } from './counted-ledger.ts';

const [engine, target = '', key = '', name = '', count = '0'] = process.argv.slice(2);
const APPENDERS = 8;

const database = engine === 'sqlite' ? await openSqlite(target) : await openLedgerServer(target);
const ledger = openCounted(database as Parameters<typeof openCounted>[0], parseSignerKey(key));
await Promise.all(
  Array.from({ length: APPENDERS }, async (_, appender) => {
    for (let left = Number(count) / APPENDERS; left > 0; left -= 1) {
      const one = `${name}-${appender}-${left}`;
      await ledger.append(countOf(one, left % 2 === 0 ? 'shared' : name));
      process.stdout.write(`${one}\n`);
    }
  }),
);
await database.close();
