import type { VolumeDrillList, VolumeDrillReport } from '#api/volume-drill-report.ts';
import { drillAll } from '#app/volume/drill/drill-all.ts';
import { type Drilled, drillVolume } from '#app/volume/drill/drill-volume.ts';
import type { LoadResult } from '#app/volume/drill/load-group.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { type Terminal, terminal } from '#cli/terminal.ts';
import { engineOf, type VolumeFlags } from '#cli/volume/engine-of.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast volume drill`. */
export interface DrillFlags extends Omit<VolumeFlags, 'repo'> {
  readonly repo?: string;
  readonly snapshot?: string;
  readonly all?: true;
  readonly wait: number;
  readonly loadLimit: number;
  readonly dumpLimit: number;
  readonly keep?: true;
  readonly dryRun?: true;
  readonly requireProof?: true;
}

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** `holdfast volume drill`. */
export async function drillCommand(
  volume: string | undefined,
  flags: DrillFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  if ((volume === undefined) === (flags.all === undefined)) {
    throw new HoldfastError('USAGE', 'Name a volume, or --all, and not both', { kind: 'usage' });
  }
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const signal of ENDING) process.on(signal, end);
  const progress = startProgress(false);
  const step = (name: string) => progress.step(`Drill of ${name}`);
  try {
    const { drills, problems } = await onRecord(environment, async (record, actor) => {
      const repository = openChosen(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const deps = { record, repository, engine, environment, actor, now: recordClock, signal: ended.signal };
      const { snapshot = 'latest', keep = false, dryRun = false, wait, loadLimit, dumpLimit } = flags;
      const limits = { waitMs: wait * 1000, loadLimitMs: loadLimit * 1000, dumpLimitBytes: dumpLimit * 1024 ** 3 };
      const how = { keep, dryRun, ...limits };
      if (volume === undefined) return drillAll(deps, how, step);
      step(volume);
      return { drills: [await drillVolume(deps, { volume, snapshot, ...how })], problems: [] };
    });
    progress.done();
    await writeText(flags.format === 'json' ? json(volume, drills, problems) : text(drills, terminal()));
    printProblems([...drills.flatMap((drill) => drill.problems), ...problems]);
    return exitCodeOf(drills, problems, flags.requireProof === true);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    throw new HoldfastError('DRILL_INTERRUPTED', 'It was ended; what it had made was removed', {
      hint: 'holdfast volume reconcile removes what could not be.',
      cause: error,
    });
  } finally {
    progress.done();
    for (const signal of ENDING) process.off(signal, end);
  }
}

function exitCodeOf(drills: readonly Drilled[], problems: readonly Problem[], requireProof: boolean): number {
  if (problems.length > 0 || drills.some(({ outcome }) => outcome === 'failed')) return exitCodes.failed;
  const unproven = drills.some(
    ({ outcome, loads, dryRun }) =>
      !dryRun && [outcome, ...loads.map((load) => load.outcome)].some((one) => one === 'unproven'),
  );
  return requireProof && unproven ? exitCodes.unknown : exitCodes.done;
}

function json(volume: string | undefined, drills: readonly Drilled[], problems: readonly Problem[]): string {
  const reports = drills.map(reportOf);
  const list: VolumeDrillList = { drills: reports, problems: problems.map((problem) => ({ ...problem })) };
  return `${JSON.stringify(volume === undefined ? list : reports[0], null, 2)}\n`;
}

function reportOf(drilled: Drilled): VolumeDrillReport {
  const { volume, repository, snapshot, outcome, probe, dumps, databases, restoreMs, totalMs, dryRun } = drilled;
  return {
    ...{ volume, repository: repository.name, snapshot, outcome, probe },
    service: drilled.service ?? null,
    image: drilled.image ?? null,
    reasons: drilled.reasons.map((reason) => ({ ...reason })),
    before: drilled.before ?? null,
    after: drilled.after ?? null,
    ...{ dumps, databases, restoreMs, totalMs },
    readyMs: drilled.readyMs ?? null,
    log: [...drilled.log],
    dumpsLoaded: drilled.loads.reduce((sum, { loaded }) => sum + loaded, 0),
    loads: drilled.loads.map(loadReport),
    kept: drilled.kept ?? null,
    keptLoads: [...drilled.keptLoads],
    dryRun,
    problems: drilled.problems.map((problem) => ({ ...problem })),
  };
}

function loadReport(result: LoadResult): VolumeDrillReport['loads'][number] {
  const { container, outcome, loaded, dumps, bytes } = result;
  return {
    ...{ container, outcome, loaded, dumps, bytes },
    readyMs: result.readyMs ?? null,
    loadMs: result.loadMs ?? null,
    before: result.before ?? null,
    after: result.after ?? null,
    log: [...result.log],
  };
}

const MOST_VALUE_LINES = 10;
const STYLE = { passed: 'green', failed: 'red', unproven: 'yellow' } as const;

function text(drills: readonly Drilled[], { width, paint }: Terminal): string {
  if (drills.length === 0) return 'No snapshots.\n';
  const lines = drills.flatMap((drilled) => {
    const { volume, snapshot, outcome, reasons, kept, keptLoads, before, after, log, loads, dryRun } = drilled;
    const names = kept === undefined ? [] : [kept, ...keptLoads];
    const head = `${volume}: ${dryRun ? 'would be tried' : outcome}`;
    return [
      `${dryRun ? head : paint(STYLE[outcome], head)} (snapshot ${snapshot.slice(0, 8)}, ${askedOf(drilled)})`,
      ...(dryRun ? [] : [`  ${durations(drilled)}`]),
      ...reasons.flatMap(({ message, hint, code }) =>
        wrapText(printable(`  ${message} [${code}]${hint === undefined ? '' : ` ${hint}`}`), width, '    '),
      ),
      ...(outcome === 'failed' && before !== undefined ? valueLines('before', before) : []),
      ...(outcome === 'failed' && after !== undefined ? valueLines('now', after) : []),
      ...log.map((line) => `  | ${printable(line)}`),
      ...loads.flatMap((load) => loadLines(load, dryRun, paint)),
      ...(kept === undefined
        ? []
        : [
            `  Kept: docker exec -it ${kept} sh; docker rm -fv ${names.join(' ')} && docker volume rm -f ${[kept, ...keptLoads.flatMap((name) => [name, `${name}-dumps`])].join(' ')}`,
          ]),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function askedOf({ probe, service, image }: Drilled): string {
  const what = {
    label: 'its label’s probe',
    service: `probe of ${service}`,
    health: 'health check',
    files: 'files only',
  };
  return `${what[probe]}${image === undefined || probe === 'files' ? '' : `, image ${printable(image.reference)}`}`;
}

function durations({ restoreMs, readyMs, totalMs, databases }: Drilled): string {
  return [
    `restored and compared in ${seconds(restoreMs)}`,
    ...(readyMs === undefined ? [] : [`answered after ${seconds(readyMs)}`]),
    ...(databases === 0 ? [] : [`${count(databases, 'SQLite database')} checked`]),
    `${seconds(totalMs)} in all`,
  ].join(', ');
}

function loadLines(load: LoadResult, dryRun: boolean, paint: Terminal['paint']): readonly string[] {
  const { container, outcome, loaded, dumps, readyMs, loadMs, before, after, log } = load;
  const what = `  dumps of ${printable(container)}:`;
  if (dryRun) return [`${what} ${load.reasons.length === 0 ? `${dumps} would be loaded` : 'would not be loaded'}`];
  const took = [
    `${loaded} of ${dumps} loaded${loadMs === undefined ? '' : ` in ${seconds(loadMs)}`}`,
    ...(readyMs === undefined ? [] : [`a fresh server answered after ${seconds(readyMs)}`]),
  ];
  return [
    `${what} ${paint(STYLE[outcome], outcome)} (${took.join(', ')})`,
    ...(outcome === 'failed' && before !== undefined && after !== undefined
      ? [...valueLines('before', before), ...valueLines('loaded', after)]
      : []),
    ...log.map((line) => `  | ${printable(line)}`),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function valueLines(when: string, value: string): readonly string[] {
  const lines = value.split('\n');
  const shown = lines.slice(0, MOST_VALUE_LINES).map((line) => `  ${when}: ${printable(line)}`);
  return lines.length > MOST_VALUE_LINES
    ? [...shown, `  ${when}: ${lines.length - MOST_VALUE_LINES} lines more`]
    : shown;
}
