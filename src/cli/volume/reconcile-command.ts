import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printable } from '#report/columns.ts';

/** `holdfast volume reconcile`. */
export async function volumeReconcileCommand(
  { format }: { readonly format: 'text' | 'json' },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const report = await reconcileVolumes(environment);
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${linesOf(report).join('\n')}\n`);
  for (const { code, message, hint } of report.problems) {
    process.stderr.write(
      `holdfast: ${printable(message ?? '')} [${code}]${hint === undefined ? '' : `\n  ${printable(hint)}`}\n`,
    );
  }
  // What is none of ours is in nobody's way.
  return report.problems.some(({ code }) => code !== 'HOLD_JOURNAL_FOREIGN') ? exitCodes.failed : exitCodes.done;
}

const WHY = {
  runs: 'runs already',
  gone: 'has been removed',
  'not-held': 'was not held',
  released: 'had been released',
  'other-run': 'was started anew by others since; left as it is',
  stopped: 'was stopped by others while it was held; left as it is',
} as const;

function linesOf({ containers, living, commands, removed, problems }: VolumeReconcileReport): readonly string[] {
  const lines = containers.map(({ name, did, why }) => {
    const said = did === 'nothing' ? WHY[why ?? 'runs'] : did === 'failed' ? 'could not be released' : `${did}`;
    return `${printable(name)}: ${said}`;
  });
  lines.push(...commands.map(({ name, label }) => `${printable(name)}: the command of ${printable(label)} was run`));
  if (living.length > 0) lines.push(`${living.length} of runs that are at work: left to them.`);
  for (const name of new Set(removed)) lines.push(`${name}: removed; a drill that was killed left it`);
  if (lines.length === 0 && problems.length === 0) lines.push('Nothing is held.');
  return lines;
}
