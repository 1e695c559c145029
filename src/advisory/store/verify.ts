import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { blockEntries, inflateBlock } from '#advisory/store/blocks.ts';
import { checkPage } from '#advisory/store/cve-page.ts';
import { TRAILER_BYTES } from '#advisory/store/format.ts';
import { isIdKey, readNamedPackages } from '#advisory/store/named-packages.ts';
import { unpackBody } from '#advisory/store/open.ts';
import { located, type OpenFile, openFile } from '#advisory/store/open-file.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import { readExactly } from '#base/files/read-exactly.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
const HASHED_TRAILER_BYTES = 48;

function checkContentHash({ fd, fileBytes, trailer }: OpenFile): void {
  const hash = createHash('sha256');
  const end = fileBytes - TRAILER_BYTES + HASHED_TRAILER_BYTES;
  for (let at = 0; at < end; at += CHUNK_BYTES) hash.update(readExactly(fd, at, Math.min(CHUNK_BYTES, end - at)));
  if (!hash.digest().equals(trailer.contentHash)) throw corrupt('its content is not what was written');
}

/** Reads every entry as a look-up would; they must be in order and as many as the information says. */
function checkEntries(file: OpenFile): void {
  let records = 0;
  let before: Buffer = Buffer.alloc(0);
  for (let block = 0; block < file.index.count; block += 1) {
    let first = true;
    for (const { key, body } of blockEntries(inflateBlock(file, block))) {
      if (Buffer.compare(before, key) > 0) throw corrupt('its entries are not sorted');
      before = key;
      if (first && key.toString('latin1') !== file.index.firstKey(block)) throw corrupt('its index has other keys');
      first = false;
      const [ecosystem = '', name = ''] = key.toString().split('\0');
      if (isIdKey(key)) readNamedPackages(body);
      else if (ecosystem === '') checkPage(body);
      else records += unpackBody(ecosystem, name, body).length;
    }
  }
  if (records !== file.info.records) throw corrupt(`it holds ${records} advisories and says ${file.info.records}`);
}

/**
 * Checks a whole file of advisories: its hash, then every entry.
 * @throws `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`, `ADVISORIES_UNREADABLE`
 */
export function verifyAdvisories(path: string): AdvisoriesInfo {
  const file = openFile(path);
  try {
    checkContentHash(file);
    checkEntries(file);
    return file.info;
  } catch (error) {
    throw located(error, path);
  } finally {
    closeSync(file.fd);
  }
}
