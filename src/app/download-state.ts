import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** What is remembered beside a download, so that it is asked for again only when it changed, and continued when it broke off. */
export interface DownloadState {
  readonly url: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Of the whole, where the server said so. */
  readonly sizeBytes?: number;
}

/** The names of a download, of its unfinished part, and of what is remembered of each. */
export function downloadFiles(file: string) {
  return { file, state: `${file}.json`, part: `${file}.part`, partState: `${file}.part.json` } as const;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 4096 ? value : undefined;
}

function readState(path: string): DownloadState | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<keyof DownloadState, unknown>> | null;
    const url = text(value?.url);
    const etag = text(value?.etag);
    const lastModified = text(value?.lastModified);
    const sizeBytes = value?.sizeBytes;
    if (url === undefined) return undefined;
    return {
      url,
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      ...(typeof sizeBytes === 'number' ? { sizeBytes } : {}),
    };
  } catch {
    return undefined;
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** The state of a whole download, if the file is there as it was left and comes from this address. */
export function wholeState(file: string, url: string): DownloadState | undefined {
  const names = downloadFiles(file);
  const state = readState(names.state);
  return state?.url === url && state.sizeBytes === sizeOf(names.file) ? state : undefined;
}

/** An unfinished download that can be continued: what it is of has a strong validator (RFC 9110, 13.1.5). */
export function unfinishedState(
  file: string,
  url: string,
): { readonly state: DownloadState; readonly bytes: number } | undefined {
  const names = downloadFiles(file);
  const state = readState(names.partState);
  const bytes = sizeOf(names.part) ?? 0;
  const strong = state?.etag?.startsWith('"') === true;
  return state?.url === url && strong && bytes > 0 ? { state, bytes } : undefined;
}

/** Remembers. */
export function writeState(path: string, state: DownloadState): void {
  writeFileSync(path, JSON.stringify(state));
}

/** Forgets a download, so that it is fetched anew. */
export function forgetDownload(file: string): void {
  const names = downloadFiles(file);
  for (const path of [names.state, names.part, names.partState]) rmSync(path, { force: true });
}
