import type { StackRestoredReport } from '#api/volume-stack-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { type RestoredStack, restoreStack } from '#app/volume/stack/restore-stack.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { terminal } from '#cli/terminal.ts';
import { engineOf } from '#cli/volume/engine-of.ts';
import { followJob } from '#cli/volume/job-progress.ts';
import type { RestoreFlags } from '#cli/volume/restore-command.ts';
import { usage } from '#cli/volume/snapshot-wish.ts';
import { columns, printable } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast volume restore --stack`. */
export interface RestoreStackFlags extends RestoreFlags {
  readonly stack: string;
  readonly snapshot?: string;
  readonly start?: true;
  readonly withoutMissing?: true;
  readonly trustDefinition?: true;
}

/** `holdfast volume restore --stack`. */
export async function restoreStackCommand(
  given: string | undefined,
  flags: RestoreStackFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const { volume, bind, to, target, inPlace, path, at, whatIsLeft } = flags;
  const other = [volume, bind, to, target, inPlace, path, at, whatIsLeft, flags.lastTrusted, flags.beforeImage];
  if (other.some((one) => one !== undefined) || (given !== undefined && flags.snapshot !== undefined)) {
    throw usage(
      'A stack is restored as it was, where it was',
      '--stack NAME with --snapshot, --start, --without-missing or --dry-run',
    );
  }
  const progress = startProgress(false);
  try {
    const restored = await onRecord(environment, (record) =>
      restoreStack(
        {
          record,
          repository: openChosen(record.home, flags.repo, environment),
          engine: () => engineOf(flags, environment),
          ...{ environment, actor: actorOf(environment), now: recordClock },
          advisories: () => Promise.reject(new Error('nothing is judged')),
          ...{ step: (text) => progress.step(text), progress: followJob(progress) },
        },
        {
          ...{ stack: flags.stack, snapshot: given ?? flags.snapshot ?? 'latest', start: flags.start === true },
          ...{ withoutMissing: flags.withoutMissing === true, dryRun: flags.dryRun === true },
          trustDefinition: flags.trustDefinition === true,
        },
      ),
    );
    progress.done();
    printProblems(restored.problems);
    const text =
      flags.format === 'json'
        ? `${JSON.stringify(reportOf(restored), null, 2)}\n`
        : `${linesOf(restored).join('\n')}\n`;
    await writeText(text);
    if (!restored.done && restored.powers.length > 0 && flags.trustDefinition !== true) return exitCodes.deny;
    const whole = restored.missing.length === 0 && !restored.problems.some(({ code }) => code === 'STACK_NOT_STARTED');
    return whole ? exitCodes.done : exitCodes.failed;
  } finally {
    progress.done();
  }
}

function reportOf(restored: RestoredStack): StackRestoredReport {
  const { stack, snapshot, time, done } = restored;
  return {
    ...{ stack, snapshot, time, done },
    parts: restored.parts.map((one) => ({ ...one })),
    networks: restored.networks.map((one) => ({ ...one })),
    containers: restored.containers.map((one) => ({ ...one })),
    missing: restored.missing.map((one) => ({ ...one })),
    powers: restored.powers.map((one) => ({ ...one })),
    problems: restored.problems.map((one) => ({ ...one })),
  };
}

function linesOf({
  stack,
  snapshot,
  time,
  done,
  parts,
  networks,
  containers,
  missing,
  powers,
}: RestoredStack): readonly string[] {
  const { width, paint } = terminal();
  const what = [count(parts.length, 'part'), count(networks.length, 'network')];
  const made = containers.filter(({ did }) => did !== 'none').length;
  what.push(done ? `${made} of ${count(containers.length, 'container')}` : count(containers.length, 'container'));
  const rows = containers.map(({ name, image, did }) => [name, did === 'none' ? (done ? 'left out' : '') : did, image]);
  return [
    `${done ? 'Restored' : 'Not restored:'} the stack ${printable(stack)} of ${time} (${snapshot.slice(0, 8)}): ${what.join(', ')}.`,
    ...columns(
      [
        { title: 'CONTAINER', maxWidth: 40 },
        { title: '', maxWidth: 8 },
        { title: 'IMAGE', maxWidth: 200 },
      ],
      rows,
      width,
      (text, row) => (row < 0 ? paint('bold', text) : text),
    ),
    ...(powers.length === 0 ? [] : ['The record does not know who wrote this definition. It would:']),
    ...powers.map(
      ({ container, what }) => `  ${container === null ? '' : `let ${printable(container)} `}${printable(what)}`,
    ),
    ...(powers.length > 0 && !done
      ? ['Nothing was done. --trust-definition restores it as it is: only when you know who wrote it.']
      : []),
    ...(missing.length === 0 ? [] : ['Missing:']),
    ...missing.map(
      ({ container, name, fix }) => `  ${printable(container)} needs ${printable(name)}\n    ${printable(fix)}`,
    ),
    ...(missing.length > 0 && !done ? ['Nothing was done. --without-missing leaves these containers out.'] : []),
  ];
}
