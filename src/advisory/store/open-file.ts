import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { type BlockIndex, parseIndex } from '#advisory/store/block-index.ts';
import { checkPreamble, PREAMBLE_BYTES, parseTrailer, TRAILER_BYTES, type Trailer } from '#advisory/store/format.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import { readExactly } from '#base/files/read-exactly.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** A file of advisories whose outer parts have been read and checked. */
export interface OpenFile {
  readonly fd: number;
  readonly fileBytes: number;
  readonly trailer: Trailer;
  readonly info: AdvisoriesInfo;
  readonly index: BlockIndex;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The information; `ecosystems` gets no prototype, so that no name finds what is not there. */
function parseInformation(text: string): AdvisoriesInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw corrupt('its information is not JSON');
  }
  const { kind, builtAt, records, ecosystems, sources } = (value ?? {}) as Partial<
    Record<keyof AdvisoriesInfo, unknown>
  >;
  const right =
    (kind === 'full' || kind === 'starter') &&
    typeof builtAt === 'string' &&
    isCount(records) &&
    typeof ecosystems === 'object' &&
    ecosystems !== null &&
    Object.values(ecosystems).every((row: unknown) => isCount((row as { records?: unknown } | null)?.records)) &&
    Array.isArray(sources) &&
    sources.every((source) => typeof source === 'string');
  if (!right) throw corrupt('its information is incomplete');
  return {
    kind,
    builtAt,
    records,
    ecosystems: Object.assign(Object.create(null) as AdvisoriesInfo['ecosystems'], ecosystems),
    sources: sources as readonly string[],
  };
}

function readOuterParts(fd: number): OpenFile {
  const { size: fileBytes } = fstatSync(fd);
  if (fileBytes < PREAMBLE_BYTES) throw corrupt('it is too short');
  checkPreamble(readExactly(fd, 0, PREAMBLE_BYTES));
  if (fileBytes < PREAMBLE_BYTES + TRAILER_BYTES) throw corrupt('it is too short');
  const trailer = parseTrailer(readExactly(fd, fileBytes - TRAILER_BYTES, TRAILER_BYTES), fileBytes);
  const directory = readExactly(fd, trailer.offset, trailer.informationBytes + trailer.indexBytes);
  if (!createHash('sha256').update(directory).digest().equals(trailer.directoryHash)) {
    throw corrupt('its index is not the one that was written');
  }
  const information = directory.subarray(0, trailer.informationBytes);
  const index = parseIndex(directory.subarray(trailer.informationBytes), PREAMBLE_BYTES, trailer.offset);
  return { fd, fileBytes, trailer, info: parseInformation(information.toString()), index };
}

/**
 * Opens a file of advisories and checks its outer parts.
 * @throws `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`, `ADVISORIES_UNREADABLE`
 */
export function openFile(path: string): OpenFile {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new HoldfastError('ADVISORIES_UNREADABLE', `${path} cannot be opened: ${systemCode(error) ?? 'unknown'}`, {
      path,
      kind: 'usage',
      hint: 'A file of advisories is made by holdfast db build, or fetched by holdfast db update.',
    });
  }
  try {
    return readOuterParts(fd);
  } catch (error) {
    closeSync(fd);
    throw located(error, path);
  }
}

/** The error with the file's name; what the system says of it is damage. */
export function located(error: unknown, path: string): unknown {
  if (error instanceof HoldfastError && error.path !== undefined) return error;
  const coded = error instanceof HoldfastError && error.code.startsWith('ADVISORIES_') ? error : undefined;
  const code = error instanceof HoldfastError ? error.code : systemCode(error);
  if (coded === undefined && code === undefined) return error;
  const { hint, message } = coded ?? corrupt(code ?? '');
  return new HoldfastError(coded?.code ?? 'ADVISORIES_CORRUPT', `${path}: ${message}`, {
    path,
    ...(hint === undefined ? {} : { hint }),
  });
}
