import type { GuardPlan, Kept } from '#app/volume/guard/guard-command.ts';
import { object } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { optionalString } from '#core/oci/json.ts';
import { discover } from '#volume/discover/discover.ts';
import { rollbackLine } from '#volume/guard/rollback.ts';
import { findBind } from '#volume/snapshot/bind-source.ts';

export interface RollbackWish {
  readonly repository: string;
  /** `--engine`, where that was given. */
  readonly address?: string;
  readonly images: boolean;
}

/** What undoes a command. */
export interface FoundRollback {
  /** One line of shell; empty when there is nothing to undo. */
  readonly line: string;
  /** Containers that run another image now under another name: what is written in files is for the operator to change back. */
  readonly notes: readonly string[];
}

/** Looks at what there is after a command, and says what undoes it. @throws `ENGINE_*` */
export async function findRollback(
  engine: EngineControl,
  { command, containers }: GuardPlan,
  { snapshots, images }: Kept,
  { repository, address, images: withImages }: RollbackWish,
  now: Date,
): Promise<FoundRollback> {
  const after = await discover(engine, { layers: false, contents: false, now });
  const volumes = new Set(after.volumes.map(({ name }) => name));
  const moved: { reference: string; id: string }[] = [];
  const notes: string[] = [];
  for (const { container, reference, id } of withImages ? images : []) {
    const current = after.containers.find(({ name }) => name === container);
    const isNamed = !reference.includes('@') && !/^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference);
    const stands = isNamed ? await imageId(engine, reference) : undefined;
    const digest = containers.find(({ name }) => name === container)?.repositoryDigests[0];
    if (current !== undefined && current.image !== reference) {
      notes.push(`${container} ran ${reference} (${digest ?? id}) before, and runs ${current.image} now`);
    }
    // A tag that was moved by a pull or a build goes back to what it stood for.
    if (stands !== undefined && stands !== id && !moved.some((one) => one.reference === reference)) {
      moved.push({ reference, id });
    }
  }
  const asking = command?.kind === 'compose' ? command.asking : undefined;
  const line = rollbackLine({
    repository,
    ...(address === undefined ? {} : { engine: address }),
    snapshots: snapshots.map(({ volume, snapshot }) => ({ name: volume, snapshot, gone: isGone(volume, volumes) })),
    images: moved,
    client: [engine.podman ? 'podman' : 'docker'],
    ...(asking === undefined ? {} : { start: [...asking, 'up', '--detach'] }),
  });
  return { line, notes };
}

function isGone(name: string, volumes: ReadonlySet<string>): boolean {
  if (!name.startsWith('/')) return !volumes.has(name);
  try {
    findBind(name);
    return false;
  } catch {
    return true;
  }
}

async function imageId(engine: EngineControl, reference: string): Promise<string | undefined> {
  const path = `/images/${reference.split('/').map(encodeURIComponent).join('/')}/json`;
  const body = await engine.read(path);
  return body === undefined ? undefined : optionalString(object(body, path), 'Id');
}
