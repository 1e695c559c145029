import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import { openAdvisories } from '#advisory/store/open.ts';
import { downloadsHome } from '#app/advisories-home.ts';
import { type AdvisorySource, advisorySources } from '#app/advisory-sources.ts';
import { buildAdvisories } from '#app/build-advisories.ts';
import type { Environment } from '#app/data-directory.ts';
import { download } from '#app/download.ts';
import { forgetDownload } from '#app/download-state.ts';
import type { FetchAnswer } from '#app/http-answer.ts';
import { takeLock } from '#base/files/lock-file.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';

export interface UpdateAdvisoriesOptions {
  /** OSV's names; those that were fetched before are updated as well. */
  readonly ecosystems: readonly string[];
  /** The file that scans use; downloads are kept beside it. */
  readonly file: string;
  readonly environment: Environment;
  readonly now: Date;
}

export interface UpdateAdvisoriesDeps {
  readonly fetch: FetchAnswer;
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress?: (source: string, receivedBytes: number, totalBytes: number | undefined) => void;
}

export interface UpdatedAdvisories {
  readonly info: AdvisoriesInfo;
  /** False when nothing had changed since the last time: the file was left as it is. */
  readonly rebuilt: boolean;
  /** Sources that are new, by name. */
  readonly fetched: readonly string[];
  /** Sources that could not be fetched, by name; for those that were fetched before the earlier copy is used. */
  readonly failed: readonly string[];
  readonly problems: readonly Problem[];
}

interface Fetched {
  readonly fetched: readonly string[];
  readonly failed: readonly string[];
  readonly held: readonly AdvisorySource[];
  readonly problems: readonly Problem[];
}

async function fetchAll(sources: readonly AdvisorySource[], deps: UpdateAdvisoriesDeps): Promise<Fetched> {
  const fetched: string[] = [];
  const failed: string[] = [];
  const problems: Problem[] = [];
  for (const { name, url, file, begins } of sources) {
    const progress = (received: number, total: number | undefined) => deps.progress?.(name, received, total);
    try {
      if (await download(url, file, { fetch: deps.fetch, sleep: deps.sleep, begins, progress })) fetched.push(name);
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code === 'FILE_NOT_WRITTEN') throw error;
      const { code, message, hint } = problemOf(error);
      const instead = existsSync(file) ? 'the copy that was fetched earlier is used' : 'nothing of it is known';
      problems.push({ code, message: `${name}: ${message}; ${instead}`, ...(hint === undefined ? {} : { hint }) });
      failed.push(name);
    }
  }
  return { fetched, failed, problems, held: sources.filter(({ file }) => existsSync(file)) };
}

/** The file's information if it was made of just these sources and can be read. */
function current(file: string, sources: readonly string[]): AdvisoriesInfo | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const advisories = openAdvisories(file);
    advisories.close();
    return advisories.info.sources.join('\n') === sources.join('\n') ? advisories.info : undefined;
  } catch {
    return undefined;
  }
}

async function rebuild(held: readonly AdvisorySource[], options: UpdateAdvisoriesOptions, sources: readonly string[]) {
  try {
    return await buildAdvisories({ from: held.map(({ file }) => file), out: options.file, now: options.now, sources });
  } catch (error) {
    // A download that cannot be read is fetched anew next time, rather than taken for current.
    if (!(error instanceof HoldfastError)) throw error;
    const broken = held.find(({ file }) => file === error.path);
    if (broken === undefined) throw error;
    forgetDownload(broken.file);
    throw new HoldfastError(error.code, `${broken.name}: ${error.message}`, {
      path: broken.file,
      hint: 'Run the update again: it is fetched anew. Until then the advisories stay as they were.',
      cause: error,
    });
  }
}

async function update(options: UpdateAdvisoriesOptions, deps: UpdateAdvisoriesDeps): Promise<UpdatedAdvisories> {
  const all = advisorySources(options.ecosystems, downloadsHome(options.file), options.environment);
  if (!all.some(({ file }) => file.endsWith('.zip'))) {
    throw new HoldfastError('ADVISORIES_ECOSYSTEM_MISSING', 'No ecosystem was asked for, and none was fetched before', {
      kind: 'usage',
      hint: 'Name those that your images use, for example Debian Alpine npm PyPI Go.',
    });
  }
  const { held, ...outcome } = await fetchAll(all, deps);
  if (!held.some(({ file }) => file.endsWith('.zip'))) {
    const [first] = outcome.problems;
    throw new HoldfastError('ADVISORIES_UPDATE_FAILED', first?.message ?? 'Nothing could be fetched', {
      hint: first?.hint ?? 'Try again later.',
    });
  }
  const sources = held.map(({ name }) => name);
  const unchanged = outcome.fetched.length === 0 ? current(options.file, sources) : undefined;
  if (unchanged !== undefined) return { info: unchanged, rebuilt: false, ...outcome };
  const { info, problems } = await rebuild(held, options, sources);
  return { info, rebuilt: true, ...outcome, problems: [...outcome.problems, ...problems] };
}

/**
 * Fetches the public feeds and makes the file of advisories anew (`holdfast db update`). Only what changed is fetched;
 * whatever fails or is interrupted, the file that was there stays whole, and the next call goes on where this one was.
 * @throws `ADVISORIES_ECOSYSTEM_MISSING`, `ADVISORIES_ECOSYSTEM_INVALID`, `ADVISORIES_UPDATE_RUNNING`,
 * `ADVISORIES_UPDATE_FAILED` when there is nothing to build from, and what {@link buildAdvisories} throws
 */
export async function updateAdvisories(
  options: UpdateAdvisoriesOptions,
  deps: UpdateAdvisoriesDeps,
): Promise<UpdatedAdvisories> {
  const downloads = downloadsHome(options.file);
  const lock = writing(downloads, () => {
    mkdirSync(downloads, { recursive: true });
    return takeLock(join(downloads, 'lock'));
  });
  if (lock === undefined) {
    throw new HoldfastError('ADVISORIES_UPDATE_RUNNING', `Another update of ${options.file} is running`, {
      hint: 'Wait for it to end.',
    });
  }
  try {
    return await update(options, deps);
  } finally {
    lock.release();
  }
}
