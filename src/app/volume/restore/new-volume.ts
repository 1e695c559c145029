import { existsSync, readdirSync } from 'node:fs';
import { removeVolume } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, type JsonObject, parseObject } from '#core/oci/json.ts';
import { isNoVolumesPlace } from '#volume/snapshot/bind-source.ts';

const LABEL = 'holdfast.restored-from';
const ANSWER_LIMIT_BYTES = 1024 * 1024;

/**
 * Refuses a name that is none, or that the engine has already; but for a volume that a restore of this snapshot made and
 * never filled. @throws `VOLUME_NAME_INVALID`, `VOLUME_EXISTS`, `ENGINE_*`
 */
export async function refuseVolume(engine: EngineControl, name: string, snapshot: string): Promise<void> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,200}$/.test(name)) {
    throw new HoldfastError('VOLUME_NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} is no name for a volume`, {
      kind: 'usage',
    });
  }
  const body = await engine.read(`/volumes/${name}`);
  if (body === undefined) return;
  const found = parseVolume(body);
  const labels = isObject(found['Labels']) ? found['Labels'] : {};
  const mountpoint = found['Mountpoint'];
  if (labels[LABEL] === snapshot && typeof mountpoint === 'string' && isEmpty(mountpoint)) return;
  throw new HoldfastError('VOLUME_EXISTS', `The engine has a volume ${name} already`, {
    kind: 'usage',
    hint: 'Restore into a new one, and let the container use that; or into its place, with --in-place.',
  });
}

/**
 * A new, empty volume of the engine's own driver.
 * @param more labels that it is to have
 * @returns where its files are
 * @throws as {@link refuseVolume}, and `VOLUME_NOT_READABLE`
 */
export async function makeVolume(
  engine: EngineControl,
  name: string,
  snapshot: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  await refuseVolume(engine, name, snapshot);
  const labels = { ...more, [LABEL]: snapshot };
  const { status, body } = await engine.post('/volumes/create', { body: { Name: name, Labels: labels } });
  const mountpoint = status < 300 ? parseVolume(body)['Mountpoint'] : undefined;
  if (typeof mountpoint === 'string' && !isNoVolumesPlace(mountpoint) && existsSync(mountpoint)) return mountpoint;
  throw new HoldfastError('VOLUME_NOT_READABLE', `The files of the volume ${name} cannot be written from here`, {
    hint: 'Run this on the engine’s machine, as a user who may write in its directories; or restore into a directory, with --target.',
  });
}

/**
 * Takes away a volume that a restore of this snapshot made and did not fill. One that somebody uses or filled stays, and so
 * does one that cannot be removed: the next restore of the snapshot goes on from there.
 */
export async function unmakeVolume(engine: EngineControl, name: string, snapshot: string): Promise<void> {
  try {
    await refuseVolume(engine, name, snapshot);
    await removeVolume(engine, name);
  } catch {
    // What went wrong before is what is told.
  }
}

function parseVolume(body: Buffer): JsonObject {
  const refuse = (why: string) =>
    new HoldfastError('ENGINE_FAILED', `The engine's answer about a volume is not understood: ${why}`);
  return parseObject(body, ANSWER_LIMIT_BYTES, refuse);
}

function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0;
  } catch {
    return false;
  }
}
