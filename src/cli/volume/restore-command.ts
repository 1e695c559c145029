import { resolve } from 'node:path';
import type { Advisories } from '#advisory/advisory.ts';
import type { VolumeRestoredReport } from '#api/volume-restore-report.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { actorOf } from '#app/home/actor.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { restoreSnapshot } from '#app/volume/restore/restore-snapshot.ts';
import type { Restored, RestorePlace, RestoreRequest } from '#app/volume/restore/restore-types.ts';
import { clock, recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { engineOf, type VolumeFlags } from '#cli/volume/engine-of.ts';
import { followJob } from '#cli/volume/job-progress.ts';
import { usage, type WishFlags, wishFor } from '#cli/volume/snapshot-wish.ts';
import { printable } from '#report/columns.ts';

/** Options of `holdfast volume restore`. */
export interface RestoreFlags extends VolumeFlags, WishFlags {
  readonly to?: string;
  readonly target?: string;
  readonly inPlace?: true;
  readonly path?: string;
  readonly whatIsLeft?: true;
  readonly directory?: string;
  readonly dryRun?: true;
  readonly advisories?: string;
}

/** `holdfast volume restore`. */
export async function restoreCommand(
  snapshot: string | undefined,
  flags: RestoreFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const request: RestoreRequest = {
    wish: wishFor(snapshot, flags, clock(environment)),
    place: placeOf(flags),
    whatIsLeft: flags.whatIsLeft === true,
    dryRun: flags.dryRun === true,
    ...(flags.path === undefined ? {} : { path: flags.path }),
  };
  const progress = startProgress(false);
  let advisories: Advisories | undefined;
  try {
    const restored = await onRecord(environment, async (record) =>
      restoreSnapshot(
        {
          record,
          repository: repositoryOf(record.home, flags, environment),
          engine: () => engineOf(flags, environment),
          ...{ environment, actor: actorOf(environment), now: recordClock },
          advisories: async () => {
            advisories = await openDefaultAdvisories(flags.advisories, environment);
            return advisories;
          },
          ...{ step: (text) => progress.step(text), progress: followJob(progress) },
        },
        request,
      ),
    );
    progress.done();
    printProblems(restored.problems);
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(reportOf(restored), null, 2)}\n`
        : `${linesOf(restored, request).join('\n')}\n`,
    );
    return restored.lost.length === 0 ? exitCodes.done : exitCodes.deny;
  } finally {
    advisories?.close();
    progress.done();
  }
}

/** What is left is read without restic, wherever the files are. @throws `USAGE`, `REPOSITORY_*` */
function repositoryOf(
  home: OpenRecord['home'],
  { repo, directory, whatIsLeft }: RestoreFlags,
  environment: NodeJS.ProcessEnv,
): OpenRepository {
  const repository = openChosen(home, repo, environment);
  if (directory === undefined) return repository;
  if (whatIsLeft !== true) throw usage('--directory goes with --what-is-left only');
  return { ...repository, access: { ...repository.access, location: resolve(directory) } };
}

/** @throws `USAGE` */
function placeOf({ to, target, inPlace }: RestoreFlags): RestorePlace {
  const given = [to, target, inPlace].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw usage('Say where to, once', '--to NEW VOLUME, --target DIRECTORY of this host, or --in-place');
  }
  if (to !== undefined) return { kind: 'volume', name: to };
  return target === undefined ? { kind: 'in-place' } : { kind: 'directory', path: target };
}

function reportOf({ subject, path, safety, restarted, lost, problems, ...restored }: Restored): VolumeRestoredReport {
  return {
    ...restored,
    volume: subject?.kind === 'volume' ? subject.name : null,
    bind: subject?.kind === 'bind' ? subject.name : null,
    ...{ path: path ?? null, safety: safety ?? null, restarted: [...restarted] },
    lost: lost.map((one) => ({ ...one })),
    problems: problems.map((problem) => ({ ...problem })),
  };
}

function linesOf(restored: Restored, { whatIsLeft }: RestoreRequest): readonly string[] {
  const { snapshot, time, subject, place, to, path, safety, restarted, lost, dryRun } = restored;
  const part = path === undefined ? '' : `${printable(path)} of `;
  const what = `${part}${snapshot.slice(0, 8)} of ${printable(subject?.name ?? 'unknown origin')}`;
  const where =
    place === 'in-place' ? 'in place' : place === 'volume' ? `into the volume ${to}` : `into ${printable(to)}`;
  const names = restarted.map(printable).join(', ');
  if (dryRun) {
    return [
      `Would restore ${what} (${time.slice(0, 19).replace('T', ' ')}) ${where}.`,
      ...(place === 'in-place' ? ['What is there would be kept as a snapshot first.'] : []),
      ...(restarted.length === 0 ? [] : [`Would be stopped meanwhile: ${names}.`]),
    ];
  }
  return [
    `Restored ${what} ${where}, ${whatIsLeft ? 'each piece checked' : 'read again and compared'}.`,
    ...(safety === undefined ? [] : [`What was there before is the snapshot ${safety.slice(0, 8)}.`]),
    ...(restarted.length === 0 ? [] : [`Were stopped meanwhile: ${names}.`]),
    ...(lost.length === 0 ? [] : [`LOST: ${lost.length}:`]),
    ...lost.map((one) => `  ${printable(one.path)}: ${printable(one.why)}`),
  ];
}
