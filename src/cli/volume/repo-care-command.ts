import type {
  RecoverySheet,
  RepositoryCopied,
  RepositoryPasswordRotated,
  RepositoryUnlocked,
} from '#api/volume-repository-care-report.ts';
import { requireHome } from '#app/home/home.ts';
import { copyRepository } from '#app/volume/repositories/copy-repository.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { repositorySheet } from '#app/volume/repositories/recovery-sheet.ts';
import { rotatePassword } from '#app/volume/repositories/rotate-password.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeOut, writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import type { RepoFormat } from '#cli/volume/repo-command.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast volume repo rotate-password`. */
export interface RepoRotateFlags extends RepoFormat {
  readonly newPasswordFile: string;
  readonly keepOld?: true;
}

/** Options of `holdfast volume repo recovery-sheet`. */
export interface RepoSheetFlags extends RepoFormat {
  readonly out?: string;
}

type Environment = NodeJS.ProcessEnv;

/** `holdfast volume repo rotate-password`. */
export async function repoRotateCommand(
  name: string,
  flags: RepoRotateFlags,
  environment: Environment,
): Promise<number> {
  const { newPasswordFile, keepOld } = flags;
  const report = await onRecord(environment, async (record, actor): Promise<RepositoryPasswordRotated> => {
    const repository = openRepository(record.home, name, environment);
    const rotated = await rotatePassword(repository, { newPasswordFile, keepOld: keepOld === true }, { record, actor });
    return { name, id: repository.settings.id, ...rotated };
  });
  await print(flags, report, [
    `${name} has a new password; the old one ${report.removedKey === null ? 'was left as it was' : 'opens it no more'}.`,
    'Keep the new one elsewhere, too.',
  ]);
  return exitCodes.done;
}

/** `holdfast volume repo copy`. */
export async function repoCopyCommand(
  name: string,
  other: string,
  snapshots: readonly string[],
  flags: RepoFormat,
  environment: Environment,
): Promise<number> {
  const copies = await onRecord(environment, (record, actor) => {
    const [from, to] = [
      openRepository(record.home, name, environment),
      openRepository(record.home, other, environment),
    ];
    return copyRepository(from, to, snapshots, { record, actor });
  });
  const report: RepositoryCopied = {
    ...{ from: name, to: other },
    snapshots: [...copies].map(([snapshot, copy]) => ({ snapshot, copy })),
  };
  const lines = [`${count(copies.size, 'snapshot')} of ${name} ${copies.size === 1 ? 'is' : 'are'} in ${other}, too.`];
  await print(flags, report, lines);
  return exitCodes.done;
}

/** `holdfast volume repo unlock`. */
export async function repoUnlockCommand(name: string, flags: RepoFormat, environment: Environment): Promise<number> {
  const left = await openRepository(requireHome(environment), name, environment).engine.unlock();
  const report: RepositoryUnlocked = { name, locks: left };
  await print(flags, report, [
    left === 0
      ? `${name} is not locked.`
      : `${count(left, 'lock')} of ${name} ${left === 1 ? 'stays' : 'stay'}: the owner may live, here or on another machine.`,
  ]);
  return left === 0 ? exitCodes.done : exitCodes.failed;
}

/** `holdfast volume repo recovery-sheet`. Printed also when the repository does not answer: then it is needed most. */
export async function repoSheetCommand(
  name: string,
  { out, format }: RepoSheetFlags,
  environment: Environment,
): Promise<number> {
  const { settings, engine } = openRepository(requireHome(environment), name, environment);
  const problems: Problem[] = [];
  const ask = async <T>(question: Promise<T>): Promise<T | null> =>
    question.catch((error: unknown) => {
      problems.push(problemOf(error));
      return null;
    });
  const engineVersion = (await ask(engine.version())) ?? 'unknown';
  const rows = await ask(engine.snapshots());
  const facts = { engineVersion, snapshots: rows?.length ?? null, newest: rows?.at(-1)?.time ?? null };
  const printedAt = clock(environment);
  const sheet = repositorySheet(settings, { ...facts, printedAt });
  const { id, location, host, formatVersion } = settings;
  const report: RecoverySheet = {
    ...{ name, id, location, host, formatVersion, ...facts, printedAt: printedAt.toISOString(), sheet },
    problems: problems.map((problem) => ({ ...problem })),
  };
  printProblems(problems);
  await writeOut(out, [format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : sheet]);
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function print({ format }: RepoFormat, report: object, lines: readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines.join('\n')}\n`);
}
