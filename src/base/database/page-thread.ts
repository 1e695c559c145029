import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { databaseError } from '#base/database/errors.ts';

/** A walk through a table, page by page. Each statement gives one row: `page`, the bytes, and `last`, where it ended, as text. */
export interface PagedQuery {
  /** Its parameter is where the walk ends. */
  readonly first: string;
  /** The same, and then the `last` of the page before. */
  readonly next: string;
  /**
   * When given, a page is one record after the other: two lengths in ten characters each, and two parts of so many bytes. With
   * the page come the SHA-256 of all second parts, each with this byte before it.
   */
  readonly digests?: { readonly prefix: number };
}

/** What one statement gave. */
export interface Page {
  readonly bytes: Buffer;
  /** 32 bytes for each record, where they were asked for. */
  readonly digests?: Buffer;
}

/** So many pages lie ready at most. */
const AHEAD = 3;

// Written as text so that it runs the same from sources, from the bundle and in tests.
const WORKER_SOURCE = `
const { parentPort, workerData } = require('node:worker_threads');
const { createHash, hash } = require('node:crypto');
const Libsql = require(workerData.driver);
let database, statement, last;
const open = () => {
  database = new Libsql(workerData.path);
  for (const setting of ['busy_timeout = 30000', 'query_only = ON', 'trusted_schema = OFF', 'cache_size = -8192']) database.exec('PRAGMA ' + setting);
};
// One call a hash, as characters: on Node 20 a third faster than a buffer of its own for each.
const room = new Uint8Array(64 * 1024);
const digestsOf = (page, prefix) => {
  room[0] = prefix;
  const digests = [];
  for (let from = 0; from < page.length; ) {
    const words = from + 20;
    const body = words + Number(page.latin1Slice(from, from + 10));
    const end = body + Number(page.latin1Slice(from + 10, words));
    if (!(end > from && end <= page.length)) throw new Error('a page is no list of records');
    const size = end - body + 1;
    if (size > room.length) digests.push(createHash('sha256').update(room.subarray(0, 1)).update(page.subarray(body, end)).digest('latin1'));
    else {
      room.set(page.subarray(body, end), 1);
      digests.push(hash('sha256', room.subarray(0, size), 'latin1'));
    }
    from = end;
  }
  const bytes = new Uint8Array(32 * digests.length);
  Buffer.from(bytes.buffer).latin1Write(digests.join(''));
  return bytes.buffer;
};
let over = false;
const end = () => {
  over = true;
  try { database && database.close(); } catch {}
  parentPort.close();
};
parentPort.on('message', (word) => {
  if (word === 'end') return end();
  if (over) return;
  try {
    if (database === undefined) open();
    const parameters = last === undefined ? [workerData.end] : [workerData.end, last];
    if (last === undefined) statement = database.prepare(workerData.query.first);
    const row = statement.get(parameters);
    if (last === undefined) statement = database.prepare(workerData.query.next);
    if (row.page === null || row.page === undefined) { over = true; return parentPort.postMessage({ kind: 'end' }); }
    last = row.last;
    const page = row.page.buffer === undefined ? row.page : row.page.buffer.slice(row.page.byteOffset, row.page.byteOffset + row.page.byteLength);
    const asked = workerData.query.digests;
    const digests = asked === undefined ? undefined : digestsOf(Buffer.from(page), asked.prefix);
    parentPort.postMessage({ kind: 'page', page, digests }, digests === undefined ? [page] : [page, digests]);
  } catch (error) { over = true; parentPort.postMessage({ kind: 'failed', message: String(error && error.message), code: error && error.code }); }
});`;

type Answer =
  | { readonly kind: 'page'; readonly page: ArrayBuffer; readonly digests: ArrayBuffer | undefined }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string; readonly code?: string };

/**
 * Walks through a table of a SQLite file in a thread of its own, while the caller works on the pages before. It has a
 * connection, and so a view, of its own: for rows that are written once.
 * @throws `DATABASE_*`
 */
export async function* pagesInThread(path: string, query: PagedQuery, end: string): AsyncGenerator<Page> {
  const driver = createRequire(import.meta.url).resolve('libsql');
  const worker = new Worker(WORKER_SOURCE, { eval: true, workerData: { driver, path, query, end } });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const answers: Answer[] = [];
  let arrived: () => void = () => {};
  let answer = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const take = (one: Answer) => {
    answers.push(one);
    arrived();
  };
  worker.on('message', take);
  worker.on('error', (error) =>
    take({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
  try {
    for (let asked = 0; asked < AHEAD; asked += 1) worker.postMessage('next');
    for (;;) {
      const next = answers.shift();
      if (next === undefined) {
        await answer;
        answer = new Promise<void>((resolve) => {
          arrived = resolve;
        });
      } else if (next.kind === 'page') {
        worker.postMessage('next');
        const { page, digests } = next;
        yield { bytes: Buffer.from(page), ...(digests === undefined ? {} : { digests: Buffer.from(digests) }) };
      } else if (next.kind === 'failed') {
        throw databaseError(Object.assign(new Error(next.message), { code: next.code }), path);
      } else return;
    }
  } finally {
    // Not `terminate`: a driver that wants to throw in a thread that is being ended ends the whole process.
    worker.postMessage('end');
    await exited;
  }
}
