import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '#app/data-directory.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { createHttpClient } from '#base/http/client.ts';
import { shownUrl } from '#base/http/http-error.ts';
import { openRequest } from '#base/http/request.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';

const ANSWER_LIMIT_MS = 10_000;

/** Whether a place is an address rather than a directory. */
export function isAddress(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/**
 * Copies a signed checkpoint to directories (a new file, named by time) and addresses (POST). One place that fails stops
 * no other: each failure is a problem.
 */
export async function copyCheckpoint(
  note: string,
  places: readonly string[],
  environment: Environment,
  now: Date,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const place of places) {
    try {
      if (isAddress(place)) await post(place, note, environment);
      else await copyInto(place, note, now);
    } catch (error) {
      const { code, message, hint } = problemOf(error);
      const shown = isAddress(place) ? shownUrl(new URL(place)) : place;
      const what = `The checkpoint could not be copied to ${shown}: ${message}`;
      problems.push({ code, message: what, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return problems;
}

/** What the copies of one log's checkpoints begin with. */
export function copyPrefix(origin: string): string {
  return `${origin.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-`;
}

/** Named by time, so that the newest is the last one. */
function copyName(note: string, now: Date): string {
  const origin = note.slice(0, note.indexOf('\n'));
  return `${copyPrefix(origin)}${now.toISOString().replaceAll(':', '')}.checkpoint`;
}

async function copyInto(directory: string, note: string, now: Date): Promise<void> {
  // A mount that is not there must not become a directory on the disk that it was to protect from.
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new HoldfastError('CHECKPOINT_PLACE_MISSING', `${directory} is no directory`, {
      hint: 'Mount it, or make it.',
    });
  }
  await replaceFile(join(directory, copyName(note, now)), (append) => append(Buffer.from(note)));
}

async function post(url: string, note: string, environment: Environment): Promise<void> {
  const client = createHttpClient({ environment });
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const { status, discard } = await openRequest(client, { url, method: 'POST', headers, body: note, signal });
    await discard();
    if (status < 200 || status > 299) throw new HoldfastError('CHECKPOINT_PLACE_REFUSED', `it answers ${status}`);
  } finally {
    await client.close();
  }
}
