import type { Damage } from './damage.ts';
import type { SqlitePages } from './sqlite-pages.ts';
import { readVarint } from './sqlite-record.ts';

const INTERIOR = 5;
const LEAF = 13;
/** With its pointer: neither a header nor a row of the schema is smaller. Hostile pages name one row many times. */
const MIN_ROW_BYTES = 16;

/**
 * Payloads of a table's rows in the order of their keys (SQLite file format, section 1.6, "B-tree Pages"). Every page is
 * used at most once, in a tree or in an overflow chain, so that cycles and shared pages end: `used` is shared by all
 * reads of one database. Damaged parts are reported as `RPM_SQLITE_PAGE` or `RPM_SQLITE_ROW` and left out.
 */
export function* readTable(
  pages: SqlitePages,
  root: number,
  used: Uint8Array,
  damage: Damage,
): Generator<Buffer, void, undefined> {
  const waiting: number[] = [];
  const wait = (number: number) => {
    if (claim(number, used)) waiting.push(number);
    else damage.report('RPM_SQLITE_PAGE', `Page ${number} is not in the file, or used twice`);
  };
  wait(root);
  for (let number = waiting.pop(); number !== undefined && !damage.hopeless(); number = waiting.pop()) {
    const page = pages.page(number);
    const start = number === 1 ? 100 : 0;
    const type = page?.[start];
    if (page === undefined || (type !== INTERIOR && type !== LEAF)) {
      damage.report('RPM_SQLITE_PAGE', `Page ${number} is not in the file, or no page of a table`);
      continue;
    }
    const cellsStart = start + (type === INTERIOR ? 12 : 8);
    const declared = page.readUInt16BE(start + 3);
    const minBytes = type === INTERIOR ? 6 : MIN_ROW_BYTES;
    const cells = Math.min(declared, Math.floor((pages.usableBytes - cellsStart) / minBytes));
    if (cells < declared) damage.report('RPM_SQLITE_PAGE', `Page ${number} says it has ${declared} rows`);
    if (type === LEAF) {
      for (let cell = 0; cell < cells && !damage.hopeless(); cell += 1) {
        const payload = readCell(pages, page, page.readUInt16BE(cellsStart + cell * 2), used);
        if (payload === undefined) damage.report('RPM_SQLITE_ROW', `Row ${cell} of page ${number} is damaged`);
        else yield payload;
      }
      continue;
    }
    // Last child first: the first is then taken from the top.
    wait(page.readUInt32BE(start + 8));
    for (let cell = cells - 1; cell >= 0 && !damage.hopeless(); cell -= 1) {
      const at = page.readUInt16BE(cellsStart + cell * 2);
      if (at + 4 <= page.length) wait(page.readUInt32BE(at));
      else damage.report('RPM_SQLITE_PAGE', `Page ${number} points beyond its end`);
    }
  }
}

/** True the first time that a page within bounds is asked for. */
function claim(number: number, used: Uint8Array): boolean {
  if (number < 1 || number >= used.length || used[number] !== 0) return false;
  used[number] = 1;
  return true;
}

/** A table leaf cell: payload length, key, payload, and the first overflow page when it does not fit (section 1.6). */
function readCell(pages: SqlitePages, page: Buffer, at: number, used: Uint8Array): Buffer | undefined {
  const length = readVarint(page, at);
  const key = length === undefined ? undefined : readVarint(page, length.next);
  if (length === undefined || key === undefined) return undefined;
  const local = localBytes(length.value, pages.usableBytes);
  const start = key.next;
  if (start + local > pages.usableBytes) return undefined;
  if (local === length.value) return page.subarray(start, start + local);
  if (start + local + 4 > pages.usableBytes) return undefined;
  const parts = [page.subarray(start, start + local)];
  let missing = length.value - local;
  let next = page.readUInt32BE(start + local);
  while (missing > 0) {
    const overflow = claim(next, used) ? pages.page(next) : undefined;
    if (overflow === undefined) return undefined;
    const taken = Math.min(missing, pages.usableBytes - 4);
    parts.push(overflow.subarray(4, 4 + taken));
    missing -= taken;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts, length.value);
}

/** How much of a payload is on the leaf itself: the file format's X, M and K. */
function localBytes(payload: number, usable: number): number {
  const most = usable - 35;
  if (payload <= most) return payload;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((payload - least) % (usable - 4));
  return wanted <= most ? wanted : least;
}
