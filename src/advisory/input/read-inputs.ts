import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Feed, FeedItem } from '#advisory/feeds/feed.ts';
import { createHeldBytes } from '#advisory/input/held-bytes.ts';
import { inputRefused } from '#advisory/input/input-error.ts';
import { createIntake } from '#advisory/input/intake.ts';
import { createProblemTally } from '#advisory/input/problem-tally.ts';
import { readInputFile } from '#advisory/input/read-file.ts';
import { dataFiles } from '#advisory/input/walk.ts';
import { HoldfastError, type Problem, problemOf, systemCode } from '#core/errors.ts';

export interface ReadInputs {
  /** The inputs' names, without the directories they lie in. */
  readonly sources: readonly string[];
  /** What was left out: the first 20 of each kind, and a count. */
  readonly problems: readonly Problem[];
}

export interface ReadInputsDeps {
  readonly feeds: readonly Feed[];
  /** Called for each item in turn; `order` grows with each file: among equals the later one counts. */
  readonly take: (item: FeedItem, order: number) => void;
}

function sourceNames(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => basename(path));
  return names.map((name, at) => {
    const alone = names.filter((other) => other === name).length === 1;
    return alone ? name : `${basename(dirname(paths[at] ?? ''))}/${name}`;
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw failure(path, error);
  }
}

/**
 * The error with the input's name; what is neither a coded error nor the system's is a fault of ours and stays, as does
 * an error that is not about the input: that what was read cannot be written.
 */
function failure(path: string, error: unknown): HoldfastError {
  if (!(error instanceof HoldfastError)) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return inputRefused(path, code);
  }
  if (error.code === 'FILE_NOT_WRITTEN') throw error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new HoldfastError(error.code, `${path}: ${error.message}`, { path, cause: error, ...hint });
}

/**
 * Reads files and directories of advisories, told by their content. What cannot be understood is listed and left out.
 * @throws `ADVISORY_INPUT_UNKNOWN` for an input that holds nothing that a feed knows, `ADVISORY_INPUT_MISSING`,
 * `ADVISORY_INPUT_UNREADABLE`, what `take` throws that is `FILE_NOT_WRITTEN`, and for a file that is named what {@link readInputFile} throws
 */
export async function readInputs(paths: readonly string[], deps: ReadInputsDeps): Promise<ReadInputs> {
  const tally = createProblemTally();
  const held = createHeldBytes();
  let order = 0;
  for (const path of paths) {
    const directory = isDirectory(path);
    let recognised = 0;
    for (const file of directory ? dataFiles(path) : [path]) {
      order += 1;
      const at = order;
      const take = (item: FeedItem) => deps.take(item, at);
      const intake = createIntake({ feeds: deps.feeds, take, problem: tally.add, path: file });
      try {
        await readInputFile(file, intake, held);
      } catch (error) {
        // A named file that cannot be read fails; one found in a directory is listed.
        if (!directory) throw failure(file, error);
        tally.add(problemOf(failure(file, error)));
      }
      recognised += intake.recognised();
    }
    if (recognised === 0) {
      throw new HoldfastError('ADVISORY_INPUT_UNKNOWN', `${path} holds no advisories that are known`, {
        hint: `Known are: ${deps.feeds.map((feed) => feed.title).join(', ')}.`,
        path,
        kind: 'usage',
      });
    }
  }
  return { sources: sourceNames(paths), problems: tally.list() };
}
