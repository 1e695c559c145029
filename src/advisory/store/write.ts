import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import type { FeedItem } from '#advisory/feeds/feed.ts';
import { packIndex } from '#advisory/store/block-index.ts';
import { type BlockWriter, createBlockWriter } from '#advisory/store/block-writer.ts';
import { BLOCK_BYTES, MAGIC, PREAMBLE_BYTES, preamble, trailerHead } from '#advisory/store/format.ts';
import { type PackageGroup, packageGroups } from '#advisory/store/groups.ts';
import { type HeldAdvisory, holdAdvisory, supersedes } from '#advisory/store/held.ts';
import { createLatestRecords, type LatestRecords } from '#advisory/store/latest-records.ts';
import { idsOf, writeNamedPackages } from '#advisory/store/named-packages.ts';
import { holdExploitation, writeRatedCves } from '#advisory/store/rated-cves.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { writing } from '#base/files/writing.ts';
import { createSorter } from '#base/sorted-runs/sorter.ts';
import { HoldfastError } from '#core/errors.ts';

export interface AdvisoryWriter {
  /**
   * `order` tells which of two equal statements came later.
   * @throws `ADVISORY_RECORD_INVALID` for one that is too large, `ADVISORY_INPUT_LIMIT`
   */
  add(item: FeedItem, order: number): void;
  /** Writes the file and puts it in its place. `sources` are the inputs' names. @throws `ADVISORY_INPUT_LIMIT` */
  finish(sources: readonly string[]): Promise<AdvisoriesInfo>;
  /** How many CVEs are rated, once `finish` has ended. */
  ratedCves(): number;
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

const DEFAULT_MEMORY_BYTES = 48 * 1024 * 1024;
const RATED_MEMORY_BYTES = 16 * 1024 * 1024;
const IDS_MEMORY_BYTES = 16 * 1024 * 1024;
/** There are some hundred. */
const MOST_ECOSYSTEMS = 20_000;

type Ecosystems = Map<string, { records: number; newest: number }>;

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
  if (ecosystems.size >= MOST_ECOSYSTEMS && !ecosystems.has(name)) {
    throw new HoldfastError('ADVISORY_INPUT_LIMIT', `There are more than ${MOST_ECOSYSTEMS} ecosystems`, {
      hint: 'Nobody publishes so many. Build without the input that names them.',
    });
  }
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

/** True for an advisory of a record that was given again later. */
function isOutdated(latest: LatestRecords, held: HeldAdvisory): boolean {
  if (!latest.hasSeveral()) return false;
  const [id, source] = Buffer.from(held.key.slice(held.groupLength + 1), 'latin1')
    .toString()
    .split('\0');
  const best = latest.bestOfSeveral(`${source}\0${id}`);
  return best !== undefined && supersedes(best, held);
}

/** Makes a file of advisories ({@link file://./format.ts}). The same items, times and sources give the same bytes. */
export function createAdvisoryWriter(options: AdvisoryWriterOptions): AdvisoryWriter {
  const directory = dirname(options.file);
  writing(options.file, () => mkdirSync(directory, { recursive: true }));
  const sorter = createSorter({ directory, memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES });
  const rated = createSorter({ directory, memoryBytes: RATED_MEMORY_BYTES });
  const ids = createSorter({ directory, memoryBytes: IDS_MEMORY_BYTES });
  const latest = createLatestRecords();
  let ratedCves = 0;
  return {
    add(item, order) {
      if (item.kind === 'exploitation') {
        const { key, body } = holdExploitation(item.cve, item.exploitation);
        writing(options.file, () => rated.add(key, body));
        return;
      }
      const { advisory, modified } = item;
      const { key, body } = holdAdvisory(item, order);
      if (modified !== undefined) latest.note(`${advisory.source}\0${advisory.id}`, { modified, order });
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
        ratedCves = writeRatedCves(blocks, rated.sorted());
        const ecosystems: Ecosystems = new Map();
        for (const group of packageGroups(sorter.sorted(), (held) => isOutdated(latest, held))) {
          count(ecosystems, group);
          writeGroup(blocks, group);
          for (const { key, body } of idsOf(group)) writing(options.file, () => ids.add(key, body));
        }
        writeNamedPackages(blocks, ids.sorted());
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
    ratedCves: () => ratedCves,
    dispose() {
      sorter.dispose();
      rated.dispose();
      ids.dispose();
    },
  };
}
