import {
  compressibility,
  compressibilityOf,
  evenly,
  firstPiece,
} from '#volume/engines/restic/reader/compare/content.ts';
import { sameContent, visitDifferences } from '#volume/engines/restic/reader/compare/differences.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';
import type { ChangeSummary } from '#volume/signs/change-summary.ts';
import { hasKnownFormat } from '#volume/signs/known-format.ts';

/** The trees of a volume in two snapshots, and what is known of the first one. */
export interface TreePair {
  /** Undefined: the directory was not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly filesBefore: number;
  readonly bytesBefore: number;
}

interface Replaced {
  readonly before: TreeNode;
  readonly after: TreeNode;
}

/** Of which content is kept in mind at most so many of a kind; all are counted. */
const MOST_KEPT = 50_000;
/** Files whose content is read: each piece has some MiB at most. */
const MOST_READ = 32;

/**
 * Sums up what changed between two snapshots. Sizes in the index tell what was compressed; content is read only of a few
 * files, and only where numbers are such that it matters.
 * @throws `COMPARE_TOO_MUCH`, and as `readTree`
 */
export async function summariseChanges(repository: ResticRepository, pair: TreePair): Promise<ChangeSummary> {
  const { filesBefore, bytesBefore } = pair;
  const counts = { changed: 0, added: 0, removed: 0, bytesAdded: 0 };
  const replaced: Replaced[] = [];
  const added: TreeNode[] = [];
  const renamed: (Replaced & { readonly extension: string })[] = [];
  await visitDifferences(repository, pair.before, pair.after, {
    changed: (before, after) => {
      counts.changed += 1;
      counts.bytesAdded += after.sizeBytes;
      if (replaced.length < MOST_KEPT) replaced.push({ before, after });
    },
    renamed: (file) => {
      if (!sameContent(file.before, file.after)) counts.bytesAdded += file.after.sizeBytes;
      renamed.push(file);
    },
    removed: () => {
      counts.removed += 1;
    },
    added: (file) => {
      counts.added += 1;
      counts.bytesAdded += file.sizeBytes;
      if (added.length < MOST_KEPT) added.push(file);
    },
  });
  const rewritten = [...replaced, ...renamed.filter(({ before, after }) => !sameContent(before, after))];
  const isStorm = counts.changed + renamed.length >= Math.max(3, 0.2 * filesBefore);
  return {
    ...{ filesBefore, bytesBefore, ...counts },
    ...(await renamedFigures(repository, renamed)),
    ...(await scrambledFigures(repository, rewritten)),
    ...(counts.removed >= 0.5 * filesBefore ? await addedFigures(repository, added) : NONE_ADDED),
    ...(isStorm ? await formatFigures(repository, rewritten) : NO_FORMATS),
  };
}

const NONE_ADDED = { addedJudged: 0, addedScrambled: 0 };
const NO_FORMATS = { formatsJudged: 0, formatsLost: 0 };

/** Files that became archives (`app.log` to `app.log.gz`) are not counted. */
async function renamedFigures(repository: ResticRepository, files: readonly (Replaced & { extension: string })[]) {
  const rewritten = files.filter(({ before, after }) => !sameContent(before, after));
  const known =
    rewritten.length < 3
      ? 0
      : await shareInKnownFormat(
          repository,
          rewritten.map(({ after }) => after),
        );
  const counted = files.length - Math.round(known * rewritten.length);
  const extensions = new Map<string, number>();
  for (const { extension } of files) extensions.set(extension, (extensions.get(extension) ?? 0) + 1);
  const [renamedTo, most] = [...extensions].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  return { renamed: counted, renamedAlike: Math.min(counted, most), renamedTo: shown(renamedTo) };
}

async function scrambledFigures(repository: ResticRepository, files: readonly Replaced[]) {
  let compared = 0;
  const suspects: TreeNode[] = [];
  const unknown: Replaced[] = [];
  for (const file of files) {
    const [before, after] = [compressibility(repository, file.before), compressibility(repository, file.after)];
    if (before === 'small' || after === 'small') continue;
    if (before === 'unknown' || after === 'unknown') unknown.push(file);
    else compared += 1;
    if (before === 'compresses' && after === 'does-not') suspects.push(file.after);
  }
  // Of a repository that does not compress, a few files are read.
  for (const { before, after } of evenly(unknown, MOST_READ)) {
    const pieces = [await firstPiece(repository, before), await firstPiece(repository, after)];
    const [was, is] = pieces.map((piece) => (piece === undefined ? undefined : compressibilityOf(piece)));
    if (was === undefined || is === undefined || was === 'small' || is === 'small') continue;
    compared += 1;
    if (was === 'compresses' && is === 'does-not') suspects.push(after);
  }
  const known = suspects.length < 3 ? 0 : await shareInKnownFormat(repository, suspects);
  return { compared, scrambled: suspects.length - Math.round(known * suspects.length) };
}

async function addedFigures(repository: ResticRepository, files: readonly TreeNode[]) {
  let addedJudged = 0;
  const suspects: TreeNode[] = [];
  const unknown: TreeNode[] = [];
  for (const file of files) {
    const found = compressibility(repository, file);
    if (found === 'unknown') unknown.push(file);
    else if (found !== 'small') addedJudged += 1;
    if (found === 'does-not') suspects.push(file);
  }
  // Of a repository that does not compress, what is read stands for all.
  const read = evenly(unknown, MOST_READ);
  const noise: TreeNode[] = [];
  for (const file of read) {
    const piece = await firstPiece(repository, file);
    if (piece !== undefined && compressibilityOf(piece) === 'does-not') noise.push(file);
  }
  const all = suspects.length + (read.length === 0 ? 0 : (noise.length * unknown.length) / read.length);
  const known = await shareInKnownFormat(repository, [...suspects, ...noise]);
  return { addedJudged: addedJudged + unknown.length, addedScrambled: Math.round(all * (1 - known)) };
}

async function formatFigures(repository: ResticRepository, files: readonly Replaced[]) {
  const figures = { formatsJudged: 0, formatsLost: 0 };
  for (const { before, after } of evenly(files, MOST_READ)) {
    const was = await firstPiece(repository, before);
    if (was === undefined || !hasKnownFormat(was)) continue;
    const is = await firstPiece(repository, after);
    if (is === undefined) continue;
    figures.formatsJudged += 1;
    if (!hasKnownFormat(is)) figures.formatsLost += 1;
  }
  return figures;
}

/** Of files that are read; those that cannot be read are in none. */
async function shareInKnownFormat(repository: ResticRepository, files: readonly TreeNode[]): Promise<number> {
  const read = evenly(files, MOST_READ);
  let known = 0;
  for (const file of read) {
    const piece = await firstPiece(repository, file);
    if (piece !== undefined && hasKnownFormat(piece)) known += 1;
  }
  return read.length === 0 ? 0 : known / read.length;
}

/** A name's end as it may be printed and recorded. */
function shown(extension: string): string {
  return extension.replace(/[^\x21-\x7e]/g, '?').slice(0, 40);
}
