import { lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { engineKey } from '#app/volume/observe/look-at-container.ts';
import type { Fetched } from '#app/volume/restore/fetch.ts';
import { fetcher } from '#app/volume/restore/fetcher.ts';
import { insidePath } from '#app/volume/restore/inside/inside.ts';
import { openInside } from '#app/volume/restore/inside/open-inside.ts';
import { readManifest } from '#app/volume/restore/manifest.ts';
import { makeVolume, refuseVolume, unmakeVolume } from '#app/volume/restore/new-volume.ts';
import { isThere, openPending } from '#app/volume/restore/pending.ts';
import { type PickedSnapshot, pickSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import { putInPlace } from '#app/volume/restore/put-in-place.ts';
import { refuseOdd } from '#app/volume/restore/refuse-outside.ts';
import { restoreInPlace } from '#app/volume/restore/restore-in-place.ts';
import type { RestoreDeps, Restored, RestoreRequest } from '#app/volume/restore/restore-types.ts';
import { settleRestores } from '#app/volume/restore/settle.ts';
import { shiftOwners } from '#app/volume/restore/shift-owners.ts';
import { writersInWords } from '#app/volume/restore/show-snapshot.ts';
import { specialFiles } from '#app/volume/restore/special-files.ts';
import { sourcePath } from '#app/volume/restore/subject.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { composeLabels } from '#volume/snapshot/compose-labels.ts';

/**
 * Restores a snapshot, or a part of it: beside its place first, read again and compared, then moved into it. What is there
 * is touched only in place, after a snapshot of it.
 * @throws `SNAPSHOT_*`, `VOLUME_*`, `RESTORE_*`, `RESTIC_*`, `ENGINE_*`, `HOLD_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function restoreSnapshot(deps: RestoreDeps, request: RestoreRequest): Promise<Restored> {
  const settled = await settleRestores(deps);
  const picked = await ownWords(deps, await pick(deps, request));
  const path = wholePath(picked, request.path);
  const { place } = request;
  const restored = await (place.kind === 'in-place'
    ? restoreInPlace(deps, request, picked, path)
    : place.kind === 'volume'
      ? intoVolume(deps, request, picked, path, place.name)
      : intoDirectory(deps, request, picked, path, resolve(place.path)));
  return { ...restored, problems: [...settled, ...restored.problems] };
}

/** Where the repository is damaged, restic may be unable even to list what is in it. */
async function pick(deps: RestoreDeps, { wish, whatIsLeft }: RestoreRequest): Promise<PickedSnapshot> {
  const { record, repository } = deps;
  const advisories = wish.trusted ? await deps.advisories() : undefined;
  const judging = { record, advisories, now: deps.now() };
  if (!whatIsLeft) return pickSnapshot({ ...judging, list: repository.engine.snapshots }, wish);
  const inside = await openInside(repository);
  try {
    const picked = await pickSnapshot({ ...judging, list: inside.snapshots }, wish);
    return { ...picked, problems: [...picked.problems, ...inside.problems()] };
  } finally {
    await inside.close();
  }
}

/** What the record does not know, the snapshot may tell. It need not: it is restored all the same. */
async function ownWords({ repository }: RestoreDeps, picked: PickedSnapshot): Promise<PickedSnapshot> {
  const { row, subject, recorded, problems } = picked;
  if (recorded !== undefined || subject === undefined) return picked;
  try {
    const inside = await openInside(repository);
    try {
      const manifest = await readManifest(inside, row, subject);
      if (manifest === undefined) return picked;
      const method = manifest.method === undefined ? '' : `, by ${manifest.method}`;
      const message = `In its own words, it was written by ${writersInWords(manifest.writers)}${method}`;
      const { ids, labels } = manifest;
      const more = { ...(ids === undefined ? {} : { ids }), ...(labels === undefined ? {} : { labels }) };
      return { ...picked, ...more, problems: [...problems, { code: 'SNAPSHOT_OWN_WORDS', message }] };
    } finally {
      await inside.close();
    }
  } catch (error) {
    return { ...picked, problems: [...problems, problemOf(error)] };
  }
}

/** From the snapshot's root. @throws `SNAPSHOT_UNKNOWN`, `RESTORE_PATH_INVALID` */
function wholePath({ row, subject }: PickedSnapshot, part: string | undefined): Buffer {
  const source = subject === undefined ? '' : sourcePath(row, subject);
  if (source === undefined) {
    throw new HoldfastError('SNAPSHOT_UNKNOWN', `The snapshot ${row.id.slice(0, 8)} holds no data of it`, {
      kind: 'usage',
    });
  }
  if (part === undefined) return insidePath(source);
  if (part.includes('\0') || part.split('/').some((name) => name === '..' || name === '.')) {
    throw new HoldfastError('RESTORE_PATH_INVALID', `${JSON.stringify(part.slice(0, 200))} is no path`, {
      kind: 'usage',
      hint: 'Write it from the root of the volume, without . and ..',
    });
  }
  return insidePath(`${source}/${part}`);
}

async function intoVolume(
  deps: RestoreDeps,
  request: RestoreRequest,
  picked: PickedSnapshot,
  path: Buffer,
  name: string,
): Promise<Restored> {
  const engine = await deps.engine();
  const { row } = picked;
  if (request.dryRun) {
    await refuseVolume(engine, name, row.id);
    return plainly(request, picked, name, '');
  }
  // Under its old name it is what Compose made; under another one it is not.
  const labels = name === picked.subject?.name ? composeLabels(picked.labels ?? {}) : {};
  const mountpoint = await makeVolume(engine, name, row.id, labels);
  try {
    return await fillVolume(deps, request, picked, path, { name, mountpoint, engine });
  } catch (error) {
    await unmakeVolume(engine, name, row.id);
    throw error;
  }
}

async function fillVolume(
  deps: RestoreDeps,
  request: RestoreRequest,
  picked: PickedSnapshot,
  path: Buffer,
  { name, mountpoint, engine }: { readonly name: string; readonly mountpoint: string; readonly engine: EngineControl },
): Promise<Restored> {
  const pending = await openPending(deps.record.home, Buffer.from(dirname(mountpoint)));
  try {
    deps.step(`Restoring ${picked.row.id.slice(0, 8)} into the volume ${name}`);
    const raw = await fetcher(deps, request, picked, path)(pending.scratch);
    const { ids } = (await discover(engine, { layers: false, contents: false, now: deps.now() })).engine;
    const fetched = { ...raw, problems: [...raw.problems, ...shiftOwners(raw.item, picked.ids, ids)] };
    const isFile = !lstatSync(fetched.item).isDirectory();
    const place = isFile ? Buffer.concat([Buffer.from(`${mountpoint}/`), nameOf(path)]) : Buffer.from(mountpoint);
    const destination = { place, to: name, engine: await engineKey(engine).catch(() => undefined) };
    await putInPlace(deps, request, picked, pending, fetched, destination, () => {
      // Fails when somebody has begun to use it.
      if (!isFile) writing(mountpoint, () => rmdirSync(mountpoint));
    });
    return plainly(request, picked, name, mountpoint, fetched);
  } finally {
    await pending.done();
  }
}

async function intoDirectory(
  deps: RestoreDeps,
  request: RestoreRequest,
  picked: PickedSnapshot,
  path: Buffer,
  directory: string,
): Promise<Restored> {
  const { row } = picked;
  const whole = request.path === undefined;
  const to = whole ? Buffer.from(directory) : Buffer.concat([Buffer.from(`${directory}/`), nameOf(path)]);
  const isEmptyDirectory = whole && isEmpty(directory);
  if (isThere(to) && !isEmptyDirectory) {
    throw new HoldfastError('RESTORE_TARGET_EXISTS', `${displayPath(to)} is there already`, {
      kind: 'usage',
      hint: 'Name another directory: nothing is overwritten.',
    });
  }
  if (request.dryRun) return plainly(request, picked, displayPath(to), displayPath(to));
  const parent = whole ? dirname(directory) : directory;
  writing(parent, () => mkdirSync(parent, { recursive: true }));
  const pending = await openPending(deps.record.home, Buffer.from(parent));
  try {
    deps.step(`Restoring ${row.id.slice(0, 8)} into ${directory}`);
    const fetched = await fetcher(deps, request, picked, path)(pending.scratch);
    if (whole) refuseOdd(fetched.item);
    const special = specialFiles(fetched.item);
    await putInPlace(deps, request, picked, pending, fetched, { place: to, to: displayPath(to) }, () => {
      if (isEmptyDirectory) writing(directory, () => rmdirSync(directory));
    });
    const told = special === undefined ? fetched : { ...fetched, problems: [...fetched.problems, special] };
    return plainly(request, picked, displayPath(to), displayPath(to), told);
  } finally {
    await pending.done();
  }
}

function nameOf(path: Buffer): Buffer {
  return path.subarray(path.lastIndexOf(0x2f) + 1);
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}

function plainly(
  { place, path, dryRun }: RestoreRequest,
  { row, subject, problems }: PickedSnapshot,
  to: string,
  mountpoint: string,
  fetched?: Fetched,
): Restored {
  return {
    ...{ snapshot: row.id, time: row.time, subject, place: place.kind, to, mountpoint, dryRun },
    ...{ restarted: [], lost: fetched?.lost ?? [], problems: [...problems, ...(fetched?.problems ?? [])] },
    ...(path === undefined ? {} : { path }),
  };
}
