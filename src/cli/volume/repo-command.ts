import type { RepositoryAdded, RepositoryChecked, RepositoryList } from '#api/volume-repository-report.ts';
import { requireHome } from '#app/home/home.ts';
import { addRepository } from '#app/volume/repositories/add-repository.ts';
import { checkRepositoryPart } from '#app/volume/repositories/check-repository.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { readState } from '#app/volume/repositories/repository-state.ts';
import { type RepositorySettings, readSettings, repositoryNames } from '#app/volume/repositories/settings.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { type Column, columns, printable } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

export interface RepoFormat {
  readonly format: 'text' | 'json';
}

/** Options of `holdfast volume repo init` and `adopt`. */
export interface RepoAddFlags extends RepoFormat {
  readonly location: string;
  readonly passwordFile: string;
  readonly credentialsFile?: string;
  readonly certificates?: string;
  readonly option: readonly string[];
  readonly host?: string;
}

/** Options of `holdfast volume repo check`. */
export interface RepoCheckFlags extends RepoFormat {
  readonly parts: number;
  readonly all?: true;
  readonly structure?: true;
}

type Environment = NodeJS.ProcessEnv;

/** `holdfast volume repo init` and `adopt`. */
export async function repoAddCommand(
  how: 'init' | 'adopt',
  name: string,
  flags: RepoAddFlags,
  environment: Environment,
): Promise<number> {
  const { location, passwordFile, credentialsFile, certificates, option, host } = flags;
  const request = {
    ...{ how, name, location, passwordFile, options: option },
    ...(credentialsFile === undefined ? {} : { credentialsFile }),
    ...(certificates === undefined ? {} : { certificatesFile: certificates }),
    ...(host === undefined ? {} : { host }),
  };
  const added = await onRecord(environment, (record, actor) =>
    addRepository(request, { record, environment, actor, now: recordClock }),
  );
  printProblems(added.problems);
  const { settings, engineVersion, snapshots, problems } = added;
  const report: RepositoryAdded = {
    ...shown(settings),
    engineVersion,
    snapshots,
    problems: problems.map((problem) => ({ ...problem })),
  };
  const lines = [
    how === 'init'
      ? `Made the repository ${name} at ${settings.location}.`
      : `Took over the repository ${name} at ${settings.location} with ${count(snapshots, 'snapshot')}.`,
    '',
    `Id        ${settings.id}`,
    `Host      ${settings.host}   (snapshots are kept under it)`,
    `Engine    restic ${engineVersion}, format ${settings.formatVersion}`,
    '',
    'Keep the password elsewhere, too: without it nobody can read the snapshots.',
    `Print what else it takes to restore: holdfast volume repo recovery-sheet ${name}`,
  ];
  await writeReport(flags, report, lines);
  return exitCodes.done;
}

/** `holdfast volume repo ls`. */
export async function repoListCommand(flags: RepoFormat, environment: Environment): Promise<number> {
  const home = requireHome(environment);
  const problems: Problem[] = [];
  const repositories: RepositoryList['repositories'] = [];
  for (const name of repositoryNames(home)) {
    try {
      const { lastCheckAt, damaged } = readState(home, name);
      repositories.push({ ...shown(readSettings(home, name)), lastCheckAt, damaged });
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  printProblems(problems);
  const rows = repositories.map(({ name, location, id, lastCheckAt, damaged }) => [
    name,
    printable(location),
    id.slice(0, 8),
    damaged.length > 0 ? `DAMAGED: ${damaged.join(', ')}` : (lastCheckAt?.slice(0, 16).replace('T', ' ') ?? 'never'),
  ]);
  const { width, paint } = terminal();
  const lines =
    rows.length === 0
      ? ['This home has no repository. Make one: holdfast volume repo init']
      : columns(LIST, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text));
  const list: RepositoryList = { repositories, problems: problems.map((problem) => ({ ...problem })) };
  await writeReport(flags, list, lines);
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

const LIST: readonly Column[] = [
  { title: 'NAME', maxWidth: 30 },
  { title: 'LOCATION', maxWidth: 60, minWidth: 20, keep: 'path' },
  { title: 'ID', maxWidth: 8 },
  { title: 'CHECKED', maxWidth: 40 },
];

/** `holdfast volume repo check`. */
export async function repoCheckCommand(name: string, flags: RepoCheckFlags, environment: Environment): Promise<number> {
  const parts = flags.structure === true ? 0 : flags.all === true ? 1 : flags.parts;
  const checked = await onRecord(environment, (record, actor) =>
    checkRepositoryPart(openRepository(record.home, name, environment), parts, { record, actor, now: recordClock }),
  );
  const { part, result, damaged } = checked;
  const { id } = readSettings(requireHome(environment), name);
  const messages = result.kind === 'whole' ? [] : result.messages;
  const report: RepositoryChecked = {
    ...{ name, id, part, whole: result.kind === 'whole' },
    ...{ messages: [...messages], damaged: [...damaged] },
  };
  const what =
    part === null
      ? 'structure'
      : part.of === 1
        ? 'structure and all data'
        : `structure and part ${part.part} of ${part.of} of the data`;
  const lines = [
    result.kind === 'whole' ? `${name}: ${what}: whole.` : `${name}: ${what}: DAMAGED.`,
    ...messages.map((message) => `  ${printable(message)}`),
    ...(result.kind === 'whole' && damaged.length > 0
      ? [`Damaged when it was looked at last: ${damaged.join(', ')}`]
      : []),
  ];
  await writeReport(flags, report, lines);
  return damaged.length === 0 ? exitCodes.done : exitCodes.deny;
}

async function writeReport({ format }: RepoFormat, report: unknown, lines: readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines.join('\n')}\n`);
}

function shown({ name, id, engine, location, formatVersion, host, shared, addedAt }: RepositorySettings) {
  return { name, id, engine, location, formatVersion, host, shared, addedAt };
}
