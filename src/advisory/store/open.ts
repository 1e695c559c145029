import { closeSync } from 'node:fs';
import type { Advisories, Advisory } from '#advisory/advisory.ts';
import type { BlockIndex } from '#advisory/store/block-index.ts';
import { createBlockReader, findEntries, onlyBody, type ReadBlock } from '#advisory/store/blocks.ts';
import { unpackAdvisory } from '#advisory/store/codec.ts';
import { cveNumber, findInPage, rankOf, rankOfPage } from '#advisory/store/cve-page.ts';
import { idKey, readNamedPackages } from '#advisory/store/named-packages.ts';
import { located, openFile } from '#advisory/store/open-file.ts';
import { corrupt } from '#advisory/store/store-error.ts';

/** How many blocks, of the first `count`, have a value that is below the wanted one. */
function countBelow<T extends number | string>(count: number, at: (block: number) => T, wanted: T): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bodies under a key, bytes as characters. */
function bodiesOf(index: BlockIndex, readBlock: ReadBlock, key: string): readonly Buffer[] {
  const found: Buffer[] = [];
  let block = Math.max(countBelow(index.count, index.firstKey, key) - 1, 0);
  for (; block < index.count && index.firstKey(block) <= key; block += 1) {
    const { bodies, last } = findEntries(readBlock(block), key);
    found.push(...bodies);
    if (last) break;
  }
  return found;
}

/** The first CVE of each page, by rank: pages are the first blocks. */
function ranksOfPages(index: BlockIndex): readonly number[] {
  const ranks: number[] = [];
  for (let block = 0; block < index.count; block += 1) {
    const rank = rankOfPage(index.firstKey(block));
    if (rank === undefined) break;
    ranks.push(rank);
  }
  return ranks;
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    throw corrupt('an entry is not JSON');
  }
}

/** The advisories of an entry's body. @throws `ADVISORIES_CORRUPT` */
export function unpackBody(ecosystem: string, name: string, body: Buffer): readonly Advisory[] {
  const list = parseBody(body);
  if (!Array.isArray(list)) throw corrupt(`the advisories on ${name} are no list`);
  return list.map((value: unknown) => unpackAdvisory(ecosystem, name, value));
}

/**
 * Opens a file of advisories for reading; nothing but its index is held. Looking up is synchronous, and throws
 * `ADVISORIES_CORRUPT` when it meets a damaged block.
 * @throws `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`, `ADVISORIES_UNREADABLE`
 */
export function openAdvisories(path: string): Advisories {
  const file = openFile(path);
  const readBlock = createBlockReader(file);
  const reading = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw located(error, path);
    }
  };
  let ranks: readonly number[] | undefined;
  let open = true;
  return {
    info: file.info,
    lookup: (ecosystem, name) =>
      reading(() => {
        const key = Buffer.from(`${ecosystem}\0${name}`).toString('latin1');
        return bodiesOf(file.index, readBlock, key).flatMap((body) => unpackBody(ecosystem, name, body));
      }),
    exploitation: (cve) =>
      reading(() => {
        const place = cveNumber(cve);
        if (place === undefined) return undefined;
        ranks ??= ranksOfPages(file.index);
        const rank = rankOf(place);
        const page = countBelow(ranks.length, (block) => ranks?.[block] ?? 0, rank + 1) - 1;
        return page < 0 ? undefined : findInPage(onlyBody(readBlock(page)), rank);
      }),
    packagesOf: (id) => reading(() => bodiesOf(file.index, readBlock, idKey(id)).flatMap(readNamedPackages)),
    close() {
      if (open) closeSync(file.fd);
      open = false;
    },
  };
}
