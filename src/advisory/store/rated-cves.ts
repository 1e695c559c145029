import type { Exploitation } from '#advisory/advisory.ts';
import { invalidRecord } from '#advisory/feeds/fields.ts';
import type { BlockWriter } from '#advisory/store/block-writer.ts';
import { type CveNumber, cveNumber, packPage, pageKey, ROWS_IN_PAGE } from '#advisory/store/cve-page.ts';
import { mergeExploitation } from '#advisory/store/exploitation.ts';
import type { SortedEntry } from '#base/sorted-runs/run.ts';

type Row = CveNumber & { readonly known: Exploitation };

const HEAD_BYTES = 8;

/** What is sorted: in the order of the CVEs. @throws `ADVISORY_RECORD_INVALID` for a number that no CVE has */
export function holdExploitation(cve: string, exploitation: Exploitation): SortedEntry {
  const place = cveNumber(cve);
  if (place === undefined) throw invalidRecord(cve, 'its number is no CVE number');
  const json = JSON.stringify(exploitation);
  const body = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(json));
  body.writeUInt32LE(place.year, 0);
  body.writeUInt32LE(place.number, 4);
  body.write(json, HEAD_BYTES);
  return { key: pageKey(place).toString('latin1'), body };
}

/** A row for each CVE; what was said of one later counts. */
function* rowsOf(entries: Iterable<SortedEntry>): Generator<Row> {
  let key: string | undefined;
  let row: Row | undefined;
  for (const entry of entries) {
    const known = JSON.parse(entry.body.toString('utf8', HEAD_BYTES)) as Exploitation;
    if (row !== undefined && entry.key === key) {
      row = { ...row, known: mergeExploitation(row.known, known) };
      continue;
    }
    if (row !== undefined) yield row;
    row = { year: entry.body.readUInt32LE(0), number: entry.body.readUInt32LE(4), known };
    ({ key } = entry);
  }
  if (row !== undefined) yield row;
}

/** Writes the pages, and tells how many CVEs are in them. */
export function writeRatedCves(blocks: BlockWriter, entries: Iterable<SortedEntry>): number {
  let page: Row[] = [];
  let count = 0;
  const flush = () => {
    const [first] = page;
    if (first !== undefined) blocks.addAlone(pageKey(first), packPage(page));
    page = [];
  };
  for (const row of rowsOf(entries)) {
    page.push(row);
    count += 1;
    if (page.length === ROWS_IN_PAGE) flush();
  }
  flush();
  return count;
}
