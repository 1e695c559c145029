import { closeSync } from 'node:fs';
import type { Advisories, Advisory } from '#advisory/advisory.ts';
import type { BlockIndex } from '#advisory/store/block-index.ts';
import { createBlockReader, nearestEntries, type ReadBlock } from '#advisory/store/blocks.ts';
import { unpackAdvisory } from '#advisory/store/codec.ts';
import { cveNumber, findInPage, pageKey } from '#advisory/store/cve-page.ts';
import { located, openFile } from '#advisory/store/open-file.ts';
import { corrupt } from '#advisory/store/store-error.ts';

/** How many blocks begin before the key; `orAt` counts one that begins with it. */
function blocksBefore(index: BlockIndex, key: Buffer, orAt: boolean): number {
  let low = 0;
  let high = index.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(index.firstKey(middle), key);
    if (order < 0 || (orAt && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bodies under a key. */
function* bodiesOf(index: BlockIndex, readBlock: ReadBlock, key: Buffer): Generator<Buffer> {
  for (let block = Math.max(blocksBefore(index, key, false) - 1, 0); block < index.count; block += 1) {
    if (Buffer.compare(index.firstKey(block), key) > 0) return;
    const { bodies, exact, last } = nearestEntries(readBlock(block), key);
    if (exact) yield* bodies;
    if (last) return;
  }
}

/** The page of CVEs that a CVE is on, if it is on one: the last that does not begin after it. */
function pageOf(index: BlockIndex, readBlock: ReadBlock, key: Buffer): Buffer | undefined {
  const block = blocksBefore(index, key, true) - 1;
  return block < 0 ? undefined : nearestEntries(readBlock(block), key).bodies[0];
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
  let open = true;
  return {
    info: file.info,
    lookup: (ecosystem, name) =>
      reading(() => {
        const key = Buffer.from(`${ecosystem}\0${name}`);
        return [...bodiesOf(file.index, readBlock, key)].flatMap((body) => unpackBody(ecosystem, name, body));
      }),
    exploitation: (cve) =>
      reading(() => {
        const place = cveNumber(cve);
        const page = place === undefined ? undefined : pageOf(file.index, readBlock, pageKey(place));
        return place === undefined || page === undefined ? undefined : findInPage(page, place);
      }),
    close() {
      if (open) closeSync(file.fd);
      open = false;
    },
  };
}
