import { createReadStream, openSync } from 'node:fs';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { verifyAdvisories } from '#advisory/store/verify.ts';
import type { FetchAnswer } from '#app/http-answer.ts';
import { type Append, replaceFile } from '#base/files/replace-file.ts';
import { shownUrl } from '#base/http/http-error.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

const LIMIT_BYTES = 8 * 1024 ** 3;

export interface ImportAdvisoriesOptions {
  /** A file, or an http(s) address. */
  readonly from: string;
  /** Where the advisories are kept from then on. */
  readonly file: string;
}

function unreadable(path: string, code: string, cause: unknown): HoldfastError {
  return new HoldfastError('ADVISORIES_UNREADABLE', `${path} cannot be read: ${code}`, {
    path,
    kind: 'usage',
    hint: 'Name a file made by holdfast db build, or the http(s) address of one.',
    cause,
  });
}

/** @throws `ADVISORIES_UNREADABLE` */
function openedFile(path: string): AsyncIterable<Uint8Array> {
  try {
    return createReadStream(path, { fd: openSync(path, 'r') });
  } catch (error) {
    throw unreadable(path, systemCode(error) ?? 'unknown', error);
  }
}

/** A broken or short answer is no file. @throws `ADVISORIES_FETCH_FAILED` */
async function* fetched(url: string, fetch: FetchAnswer): AsyncGenerator<Uint8Array> {
  const shown = URL.canParse(url) ? shownUrl(new URL(url)) : url;
  const answer = await fetch({ url, limitBytes: LIMIT_BYTES });
  if (answer.status !== 200) {
    await answer.discard();
    throw new HoldfastError('ADVISORIES_FETCH_FAILED', `${shown} answers ${answer.status}`, {
      hint: 'Check the address: it must be that of a file made by holdfast db build.',
    });
  }
  const length = answer.headers.get('content-length');
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    yield chunk;
  }
  if (length !== undefined && Number(length) !== bytes) {
    throw new HoldfastError('ADVISORIES_FETCH_FAILED', `${shown} sent ${bytes} of ${length} bytes`, {
      hint: 'Try again.',
    });
  }
}

/**
 * Puts a file of advisories, made elsewhere, into its place (`holdfast db import`). Every entry of the copy is checked
 * before it counts; until then, and if anything fails, the file that was there stays.
 * @throws `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION`, `ADVISORIES_UNREADABLE`, `ADVISORIES_FETCH_FAILED`, and what
 * fetching throws
 */
export async function importAdvisories(
  { from, file }: ImportAdvisoriesOptions,
  fetch: FetchAnswer,
): Promise<AdvisoriesInfo> {
  const chunks = /^https?:\/\//i.test(from) ? fetched(from, fetch) : openedFile(from);
  const copy = async (append: Append) => {
    for await (const chunk of chunks) append(chunk);
  };
  let info: AdvisoriesInfo | undefined;
  try {
    const check = (written: string) => {
      info = verifyAdvisories(written);
    };
    await replaceFile(file, copy, { check });
  } catch (error) {
    throw importFailed(from, error);
  }
  return info ?? verifyAdvisories(file);
}

/** The error with the name that the user gave, rather than that of our copy. */
function importFailed(from: string, error: unknown): unknown {
  if (!(error instanceof HoldfastError)) {
    const code = systemCode(error);
    return code === undefined ? error : unreadable(from, code, error);
  }
  if (!error.code.startsWith('ADVISORIES_') || error.path === undefined) return error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  const message = error.message.replace(error.path, from);
  return new HoldfastError(error.code, message, { path: from, cause: error, ...hint });
}
