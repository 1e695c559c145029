import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AdvisoriesInfo, Exploitation } from '#advisory/advisory.ts';
import type { FeedItem } from '#advisory/feeds/feed.ts';
import { invalidRecord } from '#advisory/feeds/fields.ts';
import { packIndex } from '#advisory/store/block-index.ts';
import { type BlockWriter, createBlockWriter } from '#advisory/store/block-writer.ts';
import { cveNumber, packPage, pageKey, ROWS_IN_PAGE, rankOf } from '#advisory/store/cve-page.ts';
import { mergeExploitation } from '#advisory/store/exploitation.ts';
import { BLOCK_BYTES, MAGIC, PREAMBLE_BYTES, preamble, trailerHead } from '#advisory/store/format.ts';
import { type PackageGroup, packageGroups } from '#advisory/store/groups.ts';
import { type HeldAdvisory, holdAdvisory, supersedes } from '#advisory/store/held.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { writing } from '#base/files/writing.ts';
import { createSorter } from '#base/sorted-runs/sorter.ts';
import { HoldfastError } from '#core/errors.ts';

export interface AdvisoryWriter {
  /** `order` tells which of two equal statements came later. @throws `ADVISORY_RECORD_INVALID` for one that is too large */
  add(item: FeedItem, order: number): void;
  /** Writes the file and puts it in its place. `sources` are the inputs' names. */
  finish(sources: readonly string[]): Promise<AdvisoriesInfo>;
  /** Lets go of everything; the file stays as it was unless `finish` has ended. */
  dispose(): void;
}

export interface AdvisoryWriterOptions {
  readonly file: string;
  readonly kind: AdvisoriesInfo['kind'];
  /** ISO 8601. */
  readonly builtAt: string;
  /** How much is held before sorting goes by files beside `file`. */
  readonly memoryBytes?: number;
}

const DEFAULT_MEMORY_BYTES = 256 * 1024 * 1024;
const MOST_CVES = 5_000_000;

type Ecosystems = Map<string, { records: number; newest: number }>;

function writeExploitations(blocks: BlockWriter, exploitations: ReadonlyMap<string, Exploitation>): void {
  const rows = [...exploitations].flatMap(([cve, known]) => {
    const place = cveNumber(cve);
    return place === undefined ? [] : { ...place, known };
  });
  rows.sort((a, b) => rankOf(a) - rankOf(b));
  for (let at = 0; at < rows.length; at += ROWS_IN_PAGE) {
    const page = rows.slice(at, at + ROWS_IN_PAGE);
    const [first] = page;
    if (first !== undefined) blocks.addAlone(pageKey(first), packPage(page));
  }
}

/** One entry, or several that each fill a block. */
function writeGroup(blocks: BlockWriter, { key, advisories }: PackageGroup): void {
  let texts: string[] = [];
  let bytes = 0;
  const flush = () => {
    if (texts.length > 0) blocks.add(key, Buffer.from(`[${texts.join(',')}]`));
    texts = [];
    bytes = 0;
  };
  for (const { json } of advisories) {
    if (bytes + json.length > BLOCK_BYTES) flush();
    texts.push(json.toString());
    bytes += json.length;
  }
  flush();
}

function count(ecosystems: Ecosystems, { key, advisories }: PackageGroup): void {
  const name = key.toString().split('\0', 1)[0] ?? '';
  const seen = ecosystems.get(name) ?? { records: 0, newest: Number.NEGATIVE_INFINITY };
  for (const { newest } of advisories) if (newest > seen.newest) seen.newest = newest;
  ecosystems.set(name, { ...seen, records: seen.records + advisories.length });
}

function informationOf(
  options: AdvisoryWriterOptions,
  sources: readonly string[],
  ecosystems: Ecosystems,
): AdvisoriesInfo {
  const rows = [...ecosystems].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: options.kind,
    builtAt: options.builtAt,
    records: rows.reduce((sum, [, { records }]) => sum + records, 0),
    ecosystems: Object.fromEntries(
      rows.map(([name, { records, newest }]) => [
        name,
        Number.isFinite(newest) ? { records, newest: new Date(newest).toISOString() } : { records },
      ]),
    ),
    sources,
  };
}

type Stamp = Pick<HeldAdvisory, 'modified' | 'order'>;

/** Which records were given again later, and so are forgotten whole. */
function createOutdated() {
  const latest = new Map<string, Stamp>();
  const again = new Set<string>();
  return {
    note(record: string, stamp: Stamp) {
      const before = latest.get(record);
      if (before !== undefined && (supersedes(stamp, before) || supersedes(before, stamp))) again.add(record);
      if (before === undefined || supersedes(stamp, before)) latest.set(record, stamp);
    },
    isOutdated(held: HeldAdvisory): boolean {
      if (again.size === 0) return false;
      const [id, source] = Buffer.from(held.key.slice(held.groupLength + 1), 'latin1')
        .toString()
        .split('\0');
      const record = `${source}\0${id}`;
      const best = again.has(record) ? latest.get(record) : undefined;
      return best !== undefined && supersedes(best, held);
    },
  };
}

/** Makes a file of advisories ({@link file://./format.ts}). The same items, times and sources give the same bytes. */
export function createAdvisoryWriter(options: AdvisoryWriterOptions): AdvisoryWriter {
  const directory = dirname(options.file);
  writing(options.file, () => mkdirSync(directory, { recursive: true }));
  const sorter = createSorter({ directory, memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES });
  const exploitations = new Map<string, Exploitation>();
  const outdated = createOutdated();
  return {
    add(item, order) {
      if (item.kind === 'exploitation') {
        if (cveNumber(item.cve) === undefined) throw invalidRecord(item.cve, 'its number is no CVE number');
        const before = exploitations.get(item.cve);
        if (before === undefined && exploitations.size >= MOST_CVES) {
          throw new HoldfastError('ADVISORY_INPUT_LIMIT', `More than ${MOST_CVES} CVEs are rated`);
        }
        exploitations.set(
          item.cve,
          before === undefined ? item.exploitation : mergeExploitation(before, item.exploitation),
        );
        return;
      }
      const { advisory, modified } = item;
      const { key, body } = holdAdvisory(item, order);
      if (modified !== undefined) outdated.note(`${advisory.source}\0${advisory.id}`, { modified, order });
      writing(options.file, () => sorter.add(key, body));
    },
    async finish(sources) {
      return replaceFile(options.file, (append) => {
        const hash = createHash('sha256');
        let offset = 0;
        const write = (bytes: Buffer) => {
          hash.update(bytes);
          append(bytes);
          offset += bytes.length;
        };
        write(preamble());
        const blocks = createBlockWriter(write);
        writeExploitations(blocks, exploitations);
        const ecosystems: Ecosystems = new Map();
        for (const group of packageGroups(sorter.sorted(), outdated.isOutdated)) {
          count(ecosystems, group);
          writeGroup(blocks, group);
        }
        const index = packIndex(blocks.end(), PREAMBLE_BYTES);
        const information = informationOf(options, sources, ecosystems);
        const text = Buffer.from(JSON.stringify(information));
        const directoryHash = createHash('sha256').update(text).update(index).digest();
        const head = trailerHead({ offset, informationBytes: text.length, indexBytes: index.length, directoryHash });
        for (const bytes of [text, index, head]) write(bytes);
        append(hash.digest());
        append(MAGIC);
        return information;
      });
    },
    dispose: sorter.dispose,
  };
}
