import type { SnapshotList, SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { type OpenRecord, openRecord } from '#app/home/open-record.ts';
import { listSnapshots } from '#app/volume/list-snapshots.ts';
import { reconcileVolumes } from '#app/volume/reconcile-volumes.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { restoreVolume } from '#app/volume/restore-volume.ts';
import { takeSnapshot } from '#app/volume/take-snapshot.ts';
import { verifyIndependently } from '#app/volume/verify-repository.ts';
import { connectEngine, type EngineControl } from '#base/engine/engine.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { terminal } from '#cli/terminal.ts';
import { type Column, columns } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

interface Flags {
  readonly repo: string;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

/** `holdfast volume snapshot`. */
export async function snapshotCommand(volume: string, flags: Flags, environment: NodeJS.ProcessEnv): Promise<number> {
  const progress = startProgress(false);
  try {
    progress.step(`Snapshot of ${volume}`);
    // What a run that died held is released before anything else.
    const { problems } = await reconcileVolumes(environment);
    printProblems(problems.map(({ code, message }) => ({ code, message })));
    const taken = await onRecord(environment, async (record) => {
      const repository = openRepository(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const actor = actorOf(environment);
      return takeSnapshot({ record, repository, engine, environment, actor, now: recordClock }, volume);
    });
    progress.done();
    printProblems(taken.problems);
    const { snapshot, method, holdMs, bytes, bytesAdded, files, dumps, complete, writers } = taken;
    const report: SnapshotTaken = {
      ...{ snapshot, volume, method, holdMs, bytes, bytesAdded, files, complete, writersComplete: false },
      dumps: [...dumps],
      writers: writers.map((writer) => ({ ...writer, digests: [...writer.digests] })),
      problems: taken.problems.map((problem) => ({ ...problem })),
    };
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(report, null, 2)}\n`
        : `${snapshot.slice(0, 8)}  ${volume}: ${count(files, 'file')}, ${bytes} bytes (${bytesAdded} new), ${method}, ` +
            `held for ${holdMs} ms\nWritten by ${writers.map(({ name, image }) => `${name} (${image})`).join(', ') || 'nobody that is known'}.\n`,
    );
    return complete ? exitCodes.done : exitCodes.failed;
  } finally {
    progress.done();
  }
}

/** `holdfast volume snapshots`. */
export async function snapshotsCommand(
  flags: Omit<Flags, 'engine'> & { readonly volume?: string },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const list = await onRecord(environment, (record) =>
    listSnapshots(record, openRepository(record.home, flags.repo, environment), flags.volume),
  );
  await writeText(flags.format === 'json' ? `${JSON.stringify(list, null, 2)}\n` : `${listLines(list).join('\n')}\n`);
  return exitCodes.done;
}

const HEADS: readonly Column[] = [
  { title: 'SNAPSHOT', maxWidth: 8 },
  { title: 'WHEN', maxWidth: 19 },
  { title: 'VOLUME', maxWidth: 30, minWidth: 10 },
  { title: 'METHOD', maxWidth: 12 },
  { title: '#', maxWidth: 10 },
];

function listLines({ snapshots, missing }: SnapshotList): readonly string[] {
  const { width, paint } = terminal();
  const rows = snapshots.map(({ snapshot, time, volume, method, position }) => [
    snapshot.slice(0, 8),
    time.slice(0, 19).replace('T', ' '),
    volume ?? 'not ours',
    method ?? '?',
    position === null ? 'not on record' : String(position),
  ]);
  return [
    ...(rows.length === 0
      ? ['No snapshots.']
      : columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text))),
    ...missing.map(({ snapshot, volume, position }) =>
      paint('red', `MISSING: ${snapshot.slice(0, 8)} of ${volume}, event ${position} of the record, is not there.`),
    ),
  ];
}

/** `holdfast volume restore`. */
export async function restoreCommand(
  snapshot: string,
  flags: Flags & { readonly volume: string; readonly to: string },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = startProgress(false);
  try {
    progress.step(`Restoring ${flags.volume}`);
    const restored = await onRecord(environment, async (record) => {
      const repository = openRepository(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const deps = { record, repository, engine, actor: actorOf(environment) };
      return restoreVolume(deps, { snapshot, volume: flags.volume, to: flags.to });
    });
    progress.done();
    printProblems(restored.problems);
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(restored, null, 2)}\n`
        : `Restored ${restored.snapshot.slice(0, 8)} of ${restored.volume} into the volume ${restored.to}, read again and compared.\n`,
    );
    return exitCodes.done;
  } finally {
    progress.done();
  }
}

/** `holdfast volume verify`. */
export async function verifyVolumeCommand(
  flags: Omit<Flags, 'engine'>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const progress = startProgress(false);
  try {
    const found = await onRecord(environment, (record) =>
      verifyIndependently(record, openRepository(record.home, flags.repo, environment), ({ phase }) =>
        progress.step(`Reading ${phase}`),
      ),
    );
    progress.done();
    const { snapshots, packs, blobs, bytes, damage } = found;
    const lines = [
      damage.length === 0
        ? `Whole: ${count(snapshots.length, 'snapshot')}, ${count(packs, 'pack')}, ${count(blobs, 'blob')}, ${bytes} bytes.`
        : `DAMAGED: ${count(damage.length, 'damage')} found.`,
      ...damage.flatMap(({ kind, name, problem, affects }) => [
        `  ${kind} ${name}: ${problem.message}`,
        ...affects.flatMap(({ snapshot, paths }) =>
          paths.map((path) => `    takes ${path} from ${snapshot.slice(0, 8)}`),
        ),
      ]),
    ];
    await writeText(flags.format === 'json' ? `${JSON.stringify(found, null, 2)}\n` : `${lines.join('\n')}\n`);
    return damage.length === 0 ? exitCodes.done : exitCodes.deny;
  } finally {
    progress.done();
  }
}

function engineOf({ engine }: Pick<Flags, 'engine'>, environment: NodeJS.ProcessEnv): Promise<EngineControl> {
  return connectEngine(engine === undefined ? environment : { ...environment, DOCKER_HOST: engine });
}

async function onRecord<T>(environment: NodeJS.ProcessEnv, job: (record: OpenRecord) => Promise<T>): Promise<T> {
  const record = await openRecord(requireHome(environment), environment, recordClock);
  try {
    return await job(record);
  } finally {
    printProblems(await record.close());
  }
}
