import type { NotifyTargetAdded, NotifyTargetList, NotifyTargetRemoved, NotifyTested } from '#api/notify-report.ts';
import { requireHome } from '#app/home/home.ts';
import { type AddTargetRequest, addTarget } from '#app/notify/add-target.ts';
import { listTargets } from '#app/notify/list-targets.ts';
import { removeTarget } from '#app/notify/remove-target.ts';
import { testTarget } from '#app/notify/test-target.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import { type Column, columns, printable } from '#report/columns.ts';

export interface NotifyFormat {
  readonly format: 'text' | 'json';
}

/** Options of `holdfast notify add`. */
export interface NotifyAddFlags extends NotifyFormat {
  readonly kind: AddTargetRequest['notifier'];
  readonly urlFile?: string;
  readonly secretFile?: string;
  readonly flavour?: string;
  readonly smtp?: string;
  readonly tls?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly from?: string;
  readonly to: readonly string[];
  readonly on: readonly string[];
  readonly subject: readonly string[];
}

type Environment = NodeJS.ProcessEnv;

/** `holdfast notify add`. */
export async function notifyAddCommand(name: string, flags: NotifyAddFlags, environment: Environment): Promise<number> {
  const { kind, flavour, smtp, tls, user, from, to, urlFile, passwordFile, secretFile, on, subject } = flags;
  const settings = { ...given({ flavour, smtp, tls, user, from }), ...(to.length === 0 ? {} : { to: [...to] }) };
  const added = await onRecord(environment, (record, actor) =>
    addTarget(
      {
        ...{ name, notifier: kind, kinds: on.flatMap((text) => text.split(',')), subjects: subject, settings },
        secretFiles: given({ url: urlFile, password: passwordFile }),
        ...(secretFile === undefined ? {} : { signingSecretFile: secretFile }),
      },
      { record, actor, now: recordClock },
    ),
  );
  const { notifier, kinds, subjects, addedAt } = added.settings;
  const report: NotifyTargetAdded = {
    ...{ name, notifier, place: added.place, kinds, subjects, addedAt },
    madeSecret: added.madeSecret ?? null,
  };
  const lines = [
    `${name}: the ${notifier} at ${printable(added.place)} is told of ${kinds.join(', ')}${
      subjects.length === 0 ? '' : `, about ${printable(subjects.join(', '))}`
    }.`,
    ...(added.madeSecret === undefined
      ? []
      : [`The receiver checks the signature with the secret in ${printable(added.madeSecret)}.`]),
    `Try it: holdfast notify test ${name}`,
  ];
  await writeReport(flags, report, lines);
  return exitCodes.done;
}

/** `holdfast notify ls`. */
export async function notifyListCommand(flags: NotifyFormat, environment: Environment): Promise<number> {
  const { targets, problems } = listTargets(requireHome(environment));
  printProblems(problems);
  const { width, paint } = terminal();
  const rows = targets.map(({ name, notifier, place, kinds, subjects, last, waiting }) => [
    name,
    notifier,
    printable(place),
    kinds.join(' '),
    subjects.length === 0 ? 'all' : printable(subjects.join(' ')),
    `${last === null ? 'never told' : `${last.at.slice(0, 16).replace('T', ' ')} ${last.outcome}`}${
      waiting === 0 ? '' : `, ${waiting} waiting`
    }`,
  ]);
  const lines =
    rows.length === 0
      ? ['Nobody is told. Add somebody: holdfast notify add']
      : columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text));
  const report: NotifyTargetList = { targets, problems: problems.map((problem) => ({ ...problem })) };
  await writeReport(flags, report, lines);
  return problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

const HEADS: readonly Column[] = [
  { title: 'NAME', maxWidth: 20 },
  { title: 'KIND', maxWidth: 8 },
  { title: 'PLACE', maxWidth: 40, minWidth: 12 },
  { title: 'TOLD OF', maxWidth: 60, minWidth: 16 },
  { title: 'ABOUT', maxWidth: 30, minWidth: 5 },
  { title: 'LAST', maxWidth: 40, minWidth: 10 },
];

/** `holdfast notify rm`. */
export async function notifyRemoveCommand(
  name: string,
  flags: NotifyFormat,
  environment: Environment,
): Promise<number> {
  await onRecord(environment, (record, actor) => removeTarget(name, { record, actor }));
  const report: NotifyTargetRemoved = { name, removed: true };
  await writeReport(flags, report, [`${name} is not told any more.`]);
  return exitCodes.done;
}

/** `holdfast notify test`. */
export async function notifyTestCommand(name: string, flags: NotifyFormat, environment: Environment): Promise<number> {
  const tested = await onRecord(environment, (record, actor) =>
    testTarget(name, { record, environment, actor, now: recordClock }),
  );
  printProblems(tested.problems);
  const { id, place, outcome, problems } = tested;
  const failed = outcome.kind === 'failed' ? outcome : undefined;
  const report: NotifyTested = {
    ...{ name, id, place, outcome: outcome.kind === 'sent' ? 'sent' : 'failed' },
    ...{ code: failed?.code ?? null, message: failed?.message ?? null },
    problems: problems.map((problem) => ({ ...problem })),
  };
  const hint = failed?.hint === undefined ? [] : [`  ${printable(failed.hint)}`];
  const lines =
    failed === undefined
      ? [`${name}: ${printable(place)} took the test ${id}.`]
      : [`${name}: NOT TOLD: ${printable(failed.message)} [${failed.code}]`, ...hint];
  await writeReport(flags, report, lines);
  return outcome.kind === 'sent' ? exitCodes.done : exitCodes.failed;
}

async function writeReport({ format }: NotifyFormat, report: unknown, lines: readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** The options that were given. */
function given(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
