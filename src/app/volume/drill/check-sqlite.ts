import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Looked } from '#app/volume/drill/check-dumps.ts';
import { loadLibsql } from '#base/database/load-libsql.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';
import { surveyTree } from '#volume/discover/survey.ts';

const LIMITS = { entries: 200_000, depth: 64 };
const MOST_FILES = 20;
/** It is read whole, in this process. */
const MOST_BYTES = 256 * 1024 * 1024;
/** What belongs to a database that was not closed. */
const BESIDE = ['-wal', '-journal'];

/**
 * Opens a copy of each SQLite database of a directory and has it checked. The directory is not changed; nobody else may
 * change it meanwhile.
 * @param scratch a directory of this program's own, for the copies
 */
export async function checkSqlite(directory: string, scratch: string): Promise<Looked> {
  const found = (surveyTree(directory, LIMITS)?.databases ?? []).filter(({ title }) => title === 'SQLite');
  const bad: Problem[] = [];
  const left: Problem[] = [];
  let count = 0;
  for (const { path } of found) {
    const source = join(directory, path);
    const sizeBytes = [source, ...BESIDE.map((ending) => source + ending)].reduce((sum, file) => sum + sizeOf(file), 0);
    if (count >= MOST_FILES || sizeBytes > MOST_BYTES) {
      left.push({
        code: 'DRILL_DATABASE_LEFT',
        message: `The SQLite database was not looked at: it is too large, or one of many`,
        path,
      });
      continue;
    }
    count += 1;
    const fault = await faultOf(source, scratch);
    if (fault !== undefined)
      bad.push({ code: 'DRILL_DATABASE_BAD', message: `The SQLite database ${path} is not whole: ${fault}` });
  }
  return { count, bad, left };
}

async function faultOf(source: string, scratch: string): Promise<string | undefined> {
  const Open = await loadLibsql();
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const place = mkdtempSync(join(scratch, 'sqlite-'));
  try {
    const copy = join(place, 'copy');
    for (const ending of ['', ...BESIDE]) if (sizeOf(source + ending) > 0) copyFileSync(source + ending, copy + ending);
    const handle = new Open(copy);
    try {
      for (const setting of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0'])
        handle.exec(`PRAGMA ${setting}`);
      const row = handle.prepare('PRAGMA integrity_check(1)').get([]);
      const said = isObject(row) ? Object.values(row)[0] : undefined;
      return said === 'ok' ? undefined : 'SQLite finds damage in it';
    } finally {
      handle.close();
    }
  } catch (error) {
    return problemOf(error).message.slice(0, 200);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** 0 for what is no plain file. */
function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : 0;
}
