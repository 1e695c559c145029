import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from './open-sqlite.ts';
import { pagesInThread } from './page-thread.ts';

const pages = (where: string) =>
  `select cast(group_concat(word, ' ') as blob) as page, cast(max(id) as text) as last
   from (select id, word from words where ${where} order by id limit 3)`;
const QUERY = {
  first: pages('id <= cast(? as integer)'),
  next: pages('id <= cast(? as integer) and id > cast(? as integer)'),
};

describe('pages that a thread reads', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-pages-'));
    path = join(directory, 'words.db');
    const database = await openSqlite(path);
    await database.write(async (query) => {
      await sql`create table words (id integer primary key, word text)`.execute(query);
      for (let id = 1; id <= 20; id += 1) await sql`insert into words values (${id}, ${`word${id}`})`.execute(query);
    });
    await database.close();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const all = async (end: string) => {
    const found: string[] = [];
    for await (const page of pagesInThread(path, QUERY, end)) found.push(page.bytes.toString());
    return found;
  };

  it('come whole and in order, up to the end that was named', async () => {
    expect(await all('7')).toEqual(['word1 word2 word3', 'word4 word5 word6', 'word7']);
    expect(await all('6')).toEqual(['word1 word2 word3', 'word4 word5 word6']);
    expect(await all('0')).toEqual([]);
  });

  it('bring the hashes of their records, when these are asked for', async () => {
    const records = (where: string) =>
      `select cast(group_concat(printf('%10d%10d', 2, length(word)) || '::' || word, '') as blob) as page,
        cast(max(id) as text) as last
       from (select id, word from words where ${where} order by id limit 3)`;
    const query = {
      first: records('id <= cast(? as integer)'),
      next: records('id <= cast(? as integer) and id > cast(? as integer)'),
      digests: { prefix: 7 },
    };
    const found: Buffer[] = [];
    for await (const { digests } of pagesInThread(path, query, '4')) found.push(digests ?? Buffer.of());
    const expected = [1, 2, 3, 4].map((id) => createHash('sha256').update('\u0007').update(`word${id}`).digest());
    expect(Buffer.concat(found)).toEqual(Buffer.concat(expected));
    const broken = { ...query, first: query.first.replace('length(word)', '999999') };
    await expect(pagesInThread(path, broken, '4').next()).rejects.toMatchObject({
      code: expect.stringMatching(/^DATABASE_/),
    });
  });

  it('may be left before their end', async () => {
    for await (const page of pagesInThread(path, QUERY, '20')) {
      expect(page.bytes.toString()).toBe('word1 word2 word3');
      break;
    }
  });

  it('end with a coded error where the file is no database', async () => {
    writeFileSync(path, 'no database at all\n'.repeat(1000));
    await expect(all('20')).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' });
    truncateSync(path, 0);
    await expect(all('20')).rejects.toMatchObject({ code: expect.stringMatching(/^DATABASE_/) });
  });
});
