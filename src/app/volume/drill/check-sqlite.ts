import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Looked } from '#app/volume/drill/check-dumps.ts';
import { checkSqliteFile, type SqliteCheck } from '#base/database/check-sqlite-file.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { surveyTree } from '#volume/discover/survey.ts';

const LIMITS = { entries: 200_000, depth: 64 };
const MOST_FILES = 20;
const MOST_BYTES = 256 * 1024 * 1024;
/** What belongs to a database that was not closed. */
const BESIDE = ['-wal', '-journal'];

/**
 * Opens a copy of each SQLite database of a directory and has it checked. The directory is not changed; nobody else may
 * change it meanwhile.
 * @param scratch a directory of this program's own, for the copies
 */
export async function checkSqlite(directory: string, scratch: string): Promise<Looked> {
  const databases = (surveyTree(directory, LIMITS)?.databases ?? []).filter(({ title }) => title === 'SQLite');
  const bad: Problem[] = [];
  const left: Problem[] = [];
  let count = 0;
  let begun = 0;
  for (const { path } of databases) {
    const source = join(directory, path);
    const sizeBytes = [source, ...BESIDE.map((ending) => source + ending)].reduce((sum, file) => sum + sizeOf(file), 0);
    if (begun >= MOST_FILES || sizeBytes > MOST_BYTES) {
      left.push({
        code: 'DRILL_DATABASE_LEFT',
        message: `The SQLite database was not looked at: it is too large, or one of many`,
        path,
      });
      continue;
    }
    begun += 1;
    const found = await checkCopy(source, scratch);
    if (found.kind === 'damaged') {
      bad.push({ code: 'DRILL_DATABASE_BAD', message: `The SQLite database ${path} is not whole: ${found.why}` });
    }
    if (found.kind !== 'unknown') count += 1;
    else {
      left.push({ code: 'DRILL_DATABASE_LEFT', message: `The SQLite database was not checked: ${found.why}`, path });
    }
  }
  return { count, bad, left };
}

async function checkCopy(source: string, scratch: string): Promise<SqliteCheck> {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const place = mkdtempSync(join(scratch, 'sqlite-'));
  try {
    const copy = join(place, 'copy');
    for (const ending of ['', ...BESIDE]) if (sizeOf(source + ending) > 0) copyFileSync(source + ending, copy + ending);
    return await checkSqliteFile(copy);
  } catch (error) {
    return { kind: 'unknown', why: problemOf(error).message.slice(0, 200) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** 0 for what is no plain file. */
function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : 0;
}
