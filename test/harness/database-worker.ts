// A process of its own for tests of databases: database-worker.ts ENGINE TARGET count|survive|fill NUMBER. It prints a
// word for every write: `ok`, or the code of its error.
import { rmSync } from 'node:fs';
import { openPostgres } from '#base/database/open-postgres.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';

interface Tables {
  readonly counter: { readonly id: number; readonly value: number; readonly filling: Buffer | null };
}

const [engine, target = '', task, number = '0'] = process.argv.slice(2);
const database =
  engine === 'sqlite' ? await openSqlite<Tables>(target) : await openPostgres<Tables>(target, { lockId: 42 });

async function tell(write: Promise<unknown>): Promise<string> {
  const word = await write.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
  process.stdout.write(`${word}\n`);
  return word;
}

/** Reads, lets others run, and writes: an overlap would lose a count. */
function countOne(): Promise<void> {
  return database.write(async (query) => {
    const { value } = await query.selectFrom('counter').select('value').where('id', '=', 1).executeTakeFirstOrThrow();
    await new Promise((resolve) => setImmediate(resolve));
    await query
      .updateTable('counter')
      .set({ value: value + 1 })
      .where('id', '=', 1)
      .execute();
  });
}

function addOne(sizeBytes: number): Promise<unknown> {
  return database.write((query) =>
    query
      .insertInto('counter')
      .values((build) => ({
        id: build.selectFrom('counter').select((all) => all(all.fn.max('id'), '+', 1).as('next')),
        value: 0,
        filling: Buffer.alloc(sizeBytes),
      }))
      .execute(),
  );
}

if (task === 'count') for (let left = Number(number); left > 0; left -= 1) await tell(countOne());
if (task === 'survive') for (let left = Number(number); left > 0; left -= 1) await tell(addOne(10));
if (task === 'fill') {
  let word = 'ok';
  for (let left = 10_000; left > 0 && word === 'ok'; left -= 1) word = await tell(addOne(Number(number)));
  rmSync(`${target}.ballast`);
  await tell(addOne(Number(number)));
}
await database.close();
