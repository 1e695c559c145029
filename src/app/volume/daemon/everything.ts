import type { DaemonDeps } from '#app/volume/daemon/daemon-deps.ts';
import type { Unit } from '#app/volume/daemon/due-jobs.ts';
import { everything } from '#app/volume/snapshot/take-all.ts';
import { listVolumes } from '#volume/discover/engine/list-volumes.ts';

/** All that a snapshot of everything is of, and when volumes were made. @throws `ENGINE_*` */
export async function everythingOf({ connect, now }: DaemonDeps): Promise<readonly Unit[]> {
  const engine = await connect();
  const volumes = new Map((await listVolumes(engine)).map(({ name, createdAt }) => [name, createdAt]));
  return (await everything({ engine, now })).map(({ kind, name }): Unit => {
    if (kind === 'stack') return { kind, name };
    const madeAt = new Date(volumes.get(name) ?? '');
    return { kind: 'volume', name, ...(Number.isNaN(madeAt.getTime()) ? {} : { madeAt }) };
  });
}
