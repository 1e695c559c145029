import type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { takeTogether } from '#app/volume/snapshot/together.ts';
import { readDefinition } from '#app/volume/stack/read-definition.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import type { StackTaken } from '#volume/snapshot/events.ts';
import { STACK_FILE, STACK_LIMIT_BYTES, type StackDefinition } from '#volume/snapshot/stack-definition.ts';
import { stackSubject } from '#volume/snapshot/subject.ts';
import { OWN_TAG, stackStream, stackTag } from '#volume/snapshot/tags.ts';

/** A stack whose parts were taken in one hold. */
export interface TakenStack extends StackTaken {
  readonly snapshots: readonly TakenSnapshot[];
  readonly problems: readonly Problem[];
}

const MOST_PARTS = 200;

/**
 * Takes a stack: all volumes and writable binds of its containers in one hold, each as a snapshot of its own, and then its
 * definition (containers with their images' digests, networks, which snapshots belong together), as another one.
 * @throws `STACK_UNKNOWN`, `STACK_CHANGED`, `STACK_TOO_LARGE`, `VOLUME_NOT_READABLE`, and what {@link takeTogether} throws
 */
export async function takeStack(deps: TakeSnapshotDeps, name: string): Promise<TakenStack> {
  const { record, repository, engine, actor, now } = deps;
  const discovery = await discover(engine, { layers: false, contents: false, now: now() });
  const subject = stackSubject(discovery, name);
  const definition = await readDefinition(engine, discovery, subject);
  const { subjects, writers } = subject;
  const snapshots = subjects.length === 0 ? [] : await takeTogether(deps, { subjects, writers, stack: name });
  const parts = snapshots.map(({ volume, snapshot }) => ({ volume, snapshot, ...factsOf(discovery, volume) }));
  const id = await storeDefinition(deps, { ...definition, parts });
  const { settings } = repository;
  const event: StackTaken = {
    ...{ stack: name, repository: { name: settings.name, id: settings.id }, snapshot: id },
    parts: snapshots.slice(0, MOST_PARTS).map(({ volume, snapshot }) => ({ volume, snapshot })),
    ...{ partCount: snapshots.length, containerCount: definition.containers.length },
    ...{ method: snapshots[0]?.method.replace(/^dump\+/, '') ?? 'still', holdMs: snapshots[0]?.holdMs ?? 0 },
    complete: snapshots.every(({ complete }) => complete),
  };
  await record.ledger.append({
    stream: stackStream(name),
    events: [{ type: 'stack.snapshot-taken', data: event }],
    actor,
  });
  return { ...event, snapshots, problems: subject.problems };
}

function factsOf({ volumes }: Discovery, name: string) {
  const volume = volumes.find((one) => one.name === name);
  return volume === undefined ? {} : { driver: volume.driver, labels: volume.labels };
}

/** Straight into the repository: values of environments do not touch the disk. */
async function storeDefinition({ repository }: TakeSnapshotDeps, definition: StackDefinition): Promise<string> {
  const bytes = Buffer.from(`${JSON.stringify(definition)}\n`);
  if (bytes.length > STACK_LIMIT_BYTES) {
    throw new HoldfastError('STACK_TOO_LARGE', `The definition of the stack has ${bytes.length} bytes`);
  }
  const content = (async function* () {
    yield bytes;
  })();
  const { host } = repository.settings;
  const tags = [OWN_TAG, stackTag(definition.stack)];
  return (await repository.engine.backupStream({ tags, host, name: STACK_FILE, content })).id;
}
