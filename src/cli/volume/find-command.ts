import { diagnoseVolumes } from '#app/volume/find/diagnose-volumes.ts';
import { listVolumes } from '#app/volume/find/list-volumes.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { doctorLines } from '#cli/volume/doctor-table.ts';
import { listLines } from '#cli/volume/list-table.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';

/** Options of `holdfast volume ls`. */
export interface VolumeListFlags {
  readonly engine?: string;
  readonly format: 'table' | 'json';
}

/** Options of `holdfast volume doctor`. */
export interface VolumeDoctorFlags extends VolumeListFlags {
  readonly failOn?: Severity;
  readonly objective: number;
}

/** `holdfast volume ls`. */
export async function volumeListCommand(flags: VolumeListFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const list = await listVolumes(environment, optionsOf(flags, environment));
  await print(flags, list, () => listLines(list, terminal()));
  return exitCodes.done;
}

/** `holdfast volume doctor`. */
export async function volumeDoctorCommand(flags: VolumeDoctorFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const { report } = await diagnoseVolumes(environment, {
    ...optionsOf(flags, environment),
    objectiveHours: flags.objective,
  });
  await print(flags, report, () => doctorLines(report, terminal()));
  const { failOn } = flags;
  const fails = failOn !== undefined && report.findings.some(({ severity }) => compareSeverity(severity, failOn) <= 0);
  return fails ? exitCodes.deny : exitCodes.done;
}

function optionsOf({ engine }: VolumeListFlags, environment: NodeJS.ProcessEnv) {
  return { now: clock(environment), ...(engine === undefined ? {} : { engine }) };
}

async function print({ format }: VolumeListFlags, value: object, lines: () => readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : `${lines().join('\n')}\n`);
}
