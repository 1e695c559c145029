import { restoreSnapshot } from '#app/volume/restore/restore-snapshot.ts';
import type { RestoreDeps } from '#app/volume/restore/restore-types.ts';
import { knownStacks } from '#app/volume/snapshot/known-snapshots.ts';
import { findDefinition } from '#app/volume/stack/find-definition.ts';
import { foreignPowers } from '#app/volume/stack/foreign-powers.ts';
import { lookForObstacles, type MissingThing } from '#app/volume/stack/look-for-obstacles.ts';
import { makeContainer, makeNetwork, startContainers } from '#app/volume/stack/make-containers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { StackRestored } from '#volume/snapshot/events.ts';
import type { StackContainer, StackDefinition } from '#volume/snapshot/stack-definition.ts';
import type { StackPower } from '#volume/snapshot/stack-powers.ts';
import { stackStream } from '#volume/snapshot/tags.ts';

export interface StackRestoreRequest {
  readonly stack: string;
  /** An id, the beginning of one, or `latest`. */
  readonly snapshot: string;
  /** Also start its containers. */
  readonly start: boolean;
  /** Leave out containers that something is missing for, instead of doing nothing. */
  readonly withoutMissing: boolean;
  /** Whoever wrote the definition is trusted with this host. */
  readonly trustDefinition: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

/** What came of a stack's restore. */
export interface RestoredStack {
  readonly stack: string;
  readonly snapshot: string;
  /** When it was taken: ISO 8601. */
  readonly time: string;
  /** False: nothing was done, since something is missing, or it was only asked. */
  readonly done: boolean;
  /** Volumes, and directories and files of the host. */
  readonly parts: readonly { readonly volume: string; readonly snapshot: string }[];
  readonly networks: readonly { readonly name: string; readonly made: boolean }[];
  readonly containers: readonly { readonly name: string; readonly image: string; readonly did: Did }[];
  readonly missing: readonly MissingThing[];
  /** What a definition that the record does not know would get of this host; it is not restored unless it is trusted. */
  readonly powers: readonly StackPower[];
  readonly problems: readonly Problem[];
}

/** `none`: nothing was done, or something is missing for it. */
type Did = 'made' | 'started' | 'none';

/**
 * Brings a whole stack back, on this host or another: networks, volumes, directories, then its containers, of the very
 * images that they were of, those that others depend on first. Nothing that is there is touched: where anything of it is,
 * or something is missing, nothing is done. Containers stay stopped unless they are to be started. Whoever has the password
 * of a repository can write a definition into it: one that the record does not know, and that reaches beyond its own
 * containers and volumes, is shown and not restored, unless it is trusted.
 * @throws `SNAPSHOT_UNKNOWN`, `STACK_DEFINITION_INVALID`, `STACK_EXISTS`, `STACK_NETWORK_FAILED`, `STACK_CONTAINER_FAILED`,
 * and what restoring its parts throws
 */
export async function restoreStack(deps: RestoreDeps, request: StackRestoreRequest): Promise<RestoredStack> {
  const { stack, dryRun } = request;
  const { row, definition } = await findDefinition(deps.repository, stack, request.snapshot);
  const engine = await deps.engine();
  const { there, missing, images } = await lookForObstacles(engine, ofThisKind(definition));
  if (there.length > 0) {
    throw new HoldfastError(
      'STACK_EXISTS',
      `There is something of the stack ${stack} already: ${there.slice(0, 10).join(', ')}`,
      {
        kind: 'usage',
        hint: 'Remove by name what is not wanted any more, or restore single volumes: holdfast volume restore.',
      },
    );
  }
  const isKnown = (await knownStacks(deps.record, deps.repository.settings.id)).has(row.id);
  const powers = isKnown ? [] : await foreignPowers(engine, definition);
  const common = { stack, snapshot: row.id, time: definition.at, missing, powers };
  const parts = definition.parts.map(({ volume, snapshot }) => ({ volume, snapshot }));
  const kind = [...(isKnown ? [] : [foreign(row.id)]), ...kindProblem(definition)];
  const isRefused = powers.length > 0 && !request.trustDefinition;
  if (dryRun || isRefused || (missing.length > 0 && !request.withoutMissing)) {
    const containers = definition.containers.map(({ name, image }) => ({
      name,
      image: images.get(name) ?? image,
      did: 'none' as const,
    }));
    const networks = definition.networks.map(({ name }) => ({ name, made: false }));
    return { ...common, done: false, parts, networks, containers, problems: kind };
  }
  const left = new Set(missing.map(({ container }) => container));
  const chosen = ofThisKind(definition).containers.filter(({ name }) => !left.has(name));
  const made = await makeAll(deps, engine, definition, chosen, images);
  const run = request.start ? await startContainers(engine, made.containers) : { started: [], problems: [] };
  const { settings } = deps.repository;
  const event: StackRestored = {
    ...{ stack, repository: { name: settings.name, id: settings.id }, snapshot: row.id, partCount: parts.length },
    ...{ containerCount: made.containers.size, startedCount: run.started.length, leftOutCount: left.size },
  };
  const events = [{ type: 'stack.restored', data: event }] as const;
  await deps.record.ledger.append({ stream: stackStream(stack), events, actor: deps.actor });
  const did = (name: string): Did =>
    run.started.includes(name) ? 'started' : made.containers.has(name) ? 'made' : 'none';
  return {
    ...{ ...common, done: true, parts, networks: made.networks },
    containers: definition.containers.map(({ name, image }) => ({
      name,
      image: images.get(name) ?? image,
      did: did(name),
    })),
    problems: [...kind, ...made.problems, ...run.problems],
  };
}

/** Containers of other kinds are made by what runs them, not one by one. */
function ofThisKind(definition: StackDefinition): StackDefinition {
  return definition.kind === 'compose' ? definition : { ...definition, containers: [], networks: [] };
}

function kindProblem({ kind, stack }: StackDefinition): readonly Problem[] {
  if (kind === 'compose') return [];
  const message = `${stack} is a ${kind} stack: its volumes are restored, its containers are not`;
  return [{ code: 'STACK_KIND_UNSUPPORTED', message, hint: 'Deploy it as before; it will use these volumes.' }];
}

function foreign(id: string): Problem {
  const message = `The record does not know the snapshot ${id.slice(0, 8)}: who wrote the definition of its containers is unknown`;
  return { code: 'SNAPSHOT_FOREIGN', message };
}

async function makeAll(
  deps: RestoreDeps,
  engine: EngineControl,
  definition: StackDefinition,
  chosen: readonly StackContainer[],
  images: ReadonlyMap<string, string>,
) {
  const networks: { name: string; made: boolean }[] = [];
  const containers = new Map<string, string>();
  const restored: string[] = [];
  const problems: Problem[] = [];
  try {
    for (const network of ofThisKind(definition).networks) {
      networks.push({ name: network.name, made: await makeNetwork(engine, network) });
    }
    for (const part of definition.parts) {
      problems.push(...(await restorePart(deps, engine, part)));
      restored.push(part.volume);
    }
    for (const container of chosen) {
      deps.step(`Making the container ${container.name}`);
      containers.set(
        container.name,
        await makeContainer(engine, container, images.get(container.name) ?? container.image),
      );
    }
    return { networks, containers, problems };
  } catch (error) {
    const { code, message } = problemOf(error);
    const all = [...networks.filter(({ made }) => made).map(({ name }) => name), ...restored, ...containers.keys()];
    if (all.length === 0) throw error;
    throw new HoldfastError(code, message, {
      cause: error,
      hint: `Nothing was started. Made until then: ${all.slice(0, 20).join(', ')}. Remove these by name, and try again.`,
    });
  }
}

/** With its labels, so that compose knows its volumes again. */
async function restorePart(
  deps: RestoreDeps,
  engine: EngineControl,
  { volume, snapshot, driver, labels }: StackDefinition['parts'][number],
): Promise<readonly Problem[]> {
  const isBind = volume.startsWith('/');
  if (!isBind) {
    const body = { Name: volume, Labels: { ...labels, 'holdfast.restored-from': snapshot } };
    await engine.post('/volumes/create', { body });
  }
  const { problems } = await restoreSnapshot(deps, {
    wish: { snapshot, subject: { kind: isBind ? 'bind' : 'volume', name: volume }, trusted: false },
    place: isBind ? { kind: 'directory', path: volume } : { kind: 'volume', name: volume },
    ...{ whatIsLeft: false, dryRun: false },
  });
  if (driver === undefined || driver === 'local') return problems;
  const message = `The volume ${volume} was of the driver ${driver}; it is one of the engine's own now`;
  return [...problems, { code: 'STACK_DRIVER_OTHER', message }];
}
