import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import {
  type DownloadState,
  downloadFiles,
  forgetDownload,
  unfinishedState,
  wholeState,
  writeState,
} from '#app/download-state.ts';
import type { FetchAnswer, HttpAnswer } from '#app/http-answer.ts';
import { writing } from '#base/files/writing.ts';
import { shownUrl } from '#base/http/http-error.ts';
import { HoldfastError } from '#core/errors.ts';

export interface DownloadDeps {
  readonly fetch: FetchAnswer;
  /** The file begins with one of these (Latin-1), which a portal or an error page does not. */
  readonly begins: readonly string[];
  /** Waits before a broken download is continued. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress?: (receivedBytes: number, totalBytes: number | undefined) => void;
}

const LIMIT_BYTES = 8 * 1024 ** 3;
const ATTEMPTS = 4;
const PAUSE_MS = 1000;

function shown(url: string): string {
  return URL.canParse(url) ? shownUrl(new URL(url)) : url;
}

/** Another try may help. */
function failed(url: string, why: string): HoldfastError {
  return new HoldfastError('ADVISORIES_FETCH_FAILED', `${shown(url)} ${why}`, { hint: 'Try again later.' });
}

/** Another try does not help. */
function refused(url: string, why: string, hint: string): HoldfastError {
  return new HoldfastError('ADVISORIES_FETCH_REFUSED', `${shown(url)} ${why}`, { hint });
}

function stateOf(url: string, { headers }: HttpAnswer, sizeBytes: number | undefined): DownloadState {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return {
    url,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}

function requestHeaders(file: string, url: string): Record<string, string> {
  const unfinished = unfinishedState(file, url);
  if (unfinished?.state.etag !== undefined) {
    return { range: `bytes=${unfinished.bytes}-`, 'if-range': unfinished.state.etag };
  }
  const whole = wholeState(file, url);
  return {
    ...(whole?.etag === undefined ? {} : { 'if-none-match': whole.etag }),
    ...(whole?.etag === undefined && whole?.lastModified !== undefined
      ? { 'if-modified-since': whole.lastModified }
      : {}),
  };
}

/** Where the answer's bytes belong, and how many the whole has; undefined when it does not continue what is there. */
function placeOf(
  answer: HttpAnswer,
  haveBytes: number,
  etag: string | undefined,
): { readonly start: number; readonly totalBytes: number | undefined } | undefined {
  if (answer.status === 200) {
    const length = answer.headers.get('content-length');
    return { start: 0, totalBytes: length === undefined ? undefined : Number(length) };
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  if (start === undefined || Number(start) !== haveBytes || answer.headers.get('etag') !== etag) return undefined;
  return { start: haveBytes, totalBytes: total === '*' ? undefined : Number(total) };
}

async function receive(file: string, url: string, answer: HttpAnswer, deps: DownloadDeps): Promise<DownloadState> {
  const names = downloadFiles(file);
  const unfinished = unfinishedState(file, url);
  const place = placeOf(answer, unfinished?.bytes ?? 0, unfinished?.state.etag);
  if (place === undefined) {
    await answer.discard();
    forgetDownload(file);
    throw failed(url, 'does not continue where the download broke off');
  }
  const { start, totalBytes } = place;
  const fd = writing(names.part, () => openSync(names.part, start === 0 ? 'w' : 'a'));
  let received = start;
  try {
    writing(names.partState, () => writeState(names.partState, stateOf(url, answer, totalBytes)));
    for await (const chunk of answer.body) {
      writing(names.part, () => {
        for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      });
      received += chunk.length;
      deps.progress?.(received, totalBytes);
    }
    writing(names.part, () => fsyncSync(fd));
  } finally {
    closeSync(fd);
  }
  if (totalBytes !== undefined && received !== totalBytes) {
    if (received > totalBytes) forgetDownload(file);
    throw failed(url, `sent ${received} of ${totalBytes} bytes`);
  }
  checkBeginning(file, url, deps.begins);
  await checkHash(file, url, answer);
  return stateOf(url, answer, received);
}

function checkBeginning(file: string, url: string, begins: readonly string[]): void {
  const fd = openSync(downloadFiles(file).part, 'r');
  const head = Buffer.alloc(16);
  try {
    const text = head.toString('latin1', 0, readSync(fd, head, 0, head.length, 0));
    if (begins.some((beginning) => text.startsWith(beginning))) return;
  } finally {
    closeSync(fd);
  }
  forgetDownload(file);
  throw refused(
    url,
    'sent something else than advisories',
    'Check the address, and that no portal answers in its place.',
  );
}

/** The storage that serves OSV's exports says the MD5 of what it holds. */
async function checkHash(file: string, url: string, answer: HttpAnswer): Promise<void> {
  const expected = /(?:^|,)\s*md5=([A-Za-z0-9+/=]{24})(?:,|$)/.exec(answer.headers.get('x-goog-hash') ?? '')?.[1];
  if (expected === undefined) return;
  const hash = createHash('md5');
  for await (const chunk of createReadStream(downloadFiles(file).part)) hash.update(chunk as Buffer);
  if (hash.digest('base64') === expected) return;
  forgetDownload(file);
  throw failed(url, 'sent bytes that do not match their checksum');
}

async function attempt(url: string, file: string, deps: DownloadDeps): Promise<boolean> {
  const names = downloadFiles(file);
  const answer = await deps.fetch({ url, headers: requestHeaders(file, url), limitBytes: LIMIT_BYTES });
  if (answer.status === 304) {
    await answer.discard();
    return false;
  }
  if (answer.status === 416) {
    await answer.discard();
    forgetDownload(file);
    throw failed(url, 'does not have the part that was missing');
  }
  if (answer.status !== 200 && answer.status !== 206) {
    await answer.discard();
    throw refused(url, `answers ${answer.status}`, 'Check the name of the ecosystem and the address.');
  }
  const state = await receive(file, url, answer, deps);
  writing(file, () => {
    // Between the two steps the new file has no state: it would be fetched again, never taken for another.
    rmSync(names.state, { force: true });
    renameSync(names.part, file);
    writeState(names.state, state);
  });
  rmSync(names.partState, { force: true });
  return true;
}

/**
 * Fetches an address into a file, unless the file is what the server has (RFC 9110, 13.1). The old file stays until the
 * new one is whole: as long as the server said, and with the hash it said. What broke off is continued, now or in the
 * next call, as long as the server still has the same. True when the file is new.
 * @throws `ADVISORIES_FETCH_FAILED`, `ADVISORIES_FETCH_REFUSED` for a final status or the wrong content, `FILE_NOT_WRITTEN`, and what
 * `fetch` throws
 */
export async function download(url: string, file: string, deps: DownloadDeps): Promise<boolean> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt(url, file, deps);
    } catch (error) {
      const again = error instanceof HoldfastError && RETRIED.has(error.code);
      if (!again || tried >= ATTEMPTS) throw error;
      await deps.sleep(PAUSE_MS * 2 ** (tried - 1));
    }
  }
}

/** What breaks in the middle; what fails before the answer has been tried again by the client itself. */
const RETRIED: ReadonlySet<string> = new Set(['ADVISORIES_FETCH_FAILED', 'HTTP_INTERRUPTED', 'HTTP_TIMEOUT']);
