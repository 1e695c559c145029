import type { VolumeShown } from '#api/volume-show-report.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { openInside } from '#app/volume/restore/inside/open-inside.ts';
import { showSnapshot } from '#app/volume/restore/show-snapshot.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import { type SubjectFlags, wishFor } from '#cli/volume/snapshot-wish.ts';
import { printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast volume show`. */
export interface ShowFlags extends Omit<VolumeFlags, 'engine'>, SubjectFlags {
  readonly advisories?: string;
}

/** `holdfast volume show`. */
export async function showCommand(snapshot: string, flags: ShowFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const now = clock(environment);
  const wish = wishFor(snapshot, flags, now);
  const advisories = await openDefaultAdvisories(flags.advisories, environment);
  try {
    const shown = await onRecord(environment, async (record) => {
      const inside = await openInside(openChosen(record.home, flags.repo, environment));
      try {
        return await showSnapshot({ inside, record, advisories, now }, wish);
      } finally {
        await inside.close();
      }
    });
    printProblems(shown.problems.map(({ code, message }) => ({ code, message })));
    await writeText(flags.format === 'json' ? `${JSON.stringify(shown, null, 2)}\n` : `${linesOf(shown).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    advisories.close();
  }
}

const TOLD = { record: '', manifest: ' (by its own manifest)', nothing: '' } as const;

function linesOf(shown: VolumeShown): readonly string[] {
  const { width, paint } = terminal();
  const { snapshot, time, host, volume, bind, paths, position, told, method, dumps, writers, trusted, why } = shown;
  const size = shown.bytes === null ? 'unknown' : `${shown.bytes} bytes in ${count(shown.files ?? 0, 'file')}`;
  const hold = shown.holdMs === null ? '' : `, held for ${shown.holdMs} ms`;
  const rows: readonly (readonly [string, string])[] = [
    ['Of', volume ?? bind ?? 'not known'],
    ['Taken', `${time.slice(0, 19).replace('T', ' ')} under ${host}`],
    ['Record', position === null ? 'NOT ON RECORD' : `event ${position}`],
    ['Method', method === null ? 'unknown' : `${method}${hold}`],
    ['Size', `${size}${shown.complete === false ? '; some things could not be read and are not in it' : ''}`],
    ['Holds', paths.join(', ')],
    ...(dumps.length === 0 ? [] : [['Dumps', dumps.join(', ')] as const]),
    ['Trusted', trusted ? `yes: ${why}` : `no: ${why}`],
    [
      'Written by',
      writers.length === 0 ? `nobody that is known${TOLD[told]}` : `${count(writers.length, 'container')}${TOLD[told]}`,
    ],
  ];
  const others = shown.writersComplete === false ? ['  others may have written, too'] : [];
  return [
    paint('bold', snapshot),
    ...rows.flatMap(([title, text]) => wrapText(`${title.padEnd(12)}${printable(text)}`, width, ' '.repeat(12))),
    ...writers.flatMap(({ name, image, judgement, reason }) =>
      wrapText(printable(`  ${name} (${image}): ${judgement}: ${reason}`), width, '    '),
    ),
    ...others,
  ];
}
