import type { EngineControl } from '#base/engine/engine.ts';
import { isWithin } from '#core/container-path.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { comparesFilesOnly, loadLabels, type Probe, probeName, probeOf } from '#volume/drill/choose-probe.ts';
import { type Movement, movementOf } from '#volume/drill/compare.ts';
import type { SnapshotProbed } from '#volume/drill/events.ts';
import { type DrillManifest, type DrillWriter, digestOf, newDigestKey } from '#volume/drill/manifest.ts';
import { runProbe } from '#volume/drill/run-probe.ts';

/** What the writers of a volume said before its snapshot. */
export interface ProbedWriters {
  /** For the snapshot's manifest. */
  readonly manifest: DrillManifest;
  /** Those that answered. */
  readonly answers: readonly { readonly writer: DrillWriter; readonly probe: Probe; readonly value: string }[];
  readonly problems: readonly Problem[];
}

const PROBE_LIMIT_MS = 30_000;
const MOST_WRITERS = 50;
/** Of all values: they lie in the manifest, which is bounded. */
const MOST_VALUE_BYTES = 256 * 1024;
/** Over all probes of an event: a leaf of the ledger is bounded. */
const MOST_CHANGES = 1000;

/**
 * Asks the writers of a volume that run what it holds. One that gives no answer is a problem: the snapshot is taken all the
 * same, and a drill of it can then prove less.
 */
export async function probeWriters(
  engine: EngineControl,
  volume: string,
  writers: readonly DiscoveredContainer[],
): Promise<ProbedWriters> {
  const known: DrillWriter[] = [];
  const answers: ProbedWriters['answers'][number][] = [];
  const problems: Problem[] = [];
  let leftBytes = MOST_VALUE_BYTES;
  for (const container of writers.slice(0, MOST_WRITERS)) {
    const { id, name, image, imageId, mounts, state } = container;
    const destinations = mounts.filter(({ source }) => source === volume).map(({ destination }) => destination);
    const plain = {
      ...{ container: id, name, image, ...(imageId === undefined ? {} : { imageId }), destinations },
      ...loadLabels(container.labels),
    };
    const isAsked = state === 'running' && !comparesFilesOnly(container) && holdsData(container, destinations);
    const probe = isAsked ? probeOf(container) : undefined;
    if (probe === undefined) {
      known.push(plain);
      continue;
    }
    const user = probe.kind === 'label' && probe.user !== undefined ? { user: probe.user } : {};
    const said = { probe: probeName(probe), ...(probe.kind === 'label' ? { command: probe.command, ...user } : {}) };
    try {
      const value = await ask(engine, id, probe);
      leftBytes -= Buffer.byteLength(value);
      if (leftBytes < 0) throw new HoldfastError('PROBE_FAILED', 'The probes of its writers say too much together');
      const writer = { ...plain, ...said, value };
      known.push(writer);
      answers.push({ writer, probe, value });
    } catch (error) {
      known.push({ ...plain, ...said });
      const { code, message, hint } = problemOf(error);
      problems.push({ code, message: `${name}: ${message}`, ...(hint === undefined ? {} : { hint }) });
    }
  }
  return { manifest: { key: newDigestKey(), writers: known }, answers, problems };
}

/** Of a known service that has its data on another mount that somebody named, only that one says what it holds. */
function holdsData({ service, mounts }: DiscoveredContainer, destinations: readonly string[]): boolean {
  const directories = service?.directories ?? [];
  const covers = (at: string) => directories.some((path) => isWithin(path, at) || isWithin(at, path));
  if (destinations.some(covers)) return true;
  return !mounts.some(({ kind, destination }) => (kind === 'volume' || kind === 'bind') && covers(destination));
}

/** Asks them again when the snapshot is there, and makes of it what is recorded. */
export async function probeAgain(
  engine: EngineControl,
  { manifest: { key }, answers }: ProbedWriters,
): Promise<SnapshotProbed['probes']> {
  const probes: SnapshotProbed['probes'] = [];
  let changes = 0;
  for (const { writer, probe, value } of answers) {
    // It may have stopped meanwhile, or be busy.
    const after = await ask(engine, writer.container, probe).catch(() => undefined);
    const moved = bounded(movementOf(value, after), MOST_CHANGES - changes);
    if (moved.kind === 'numbers') changes += moved.changes.length;
    probes.push({
      ...{ container: writer.container, name: writer.name, probe: probeName(probe), digest: digestOf(key, value) },
      after: after === undefined ? null : digestOf(key, after),
      moved: moved.kind,
      ...(moved.kind === 'numbers' ? { changes: [...moved.changes] } : {}),
    });
  }
  return probes;
}

function bounded(moved: Movement, most: number): Movement {
  return moved.kind === 'numbers' && moved.changes.length > most ? { kind: 'text' } : moved;
}

function ask(engine: EngineControl, container: string, probe: Probe): Promise<string> {
  const user = probe.kind === 'label' && probe.user !== undefined ? { user: probe.user } : {};
  const script = probe.kind === 'label' ? probe.command : probe.service.value;
  return runProbe({ engine, container, ...user }, script, PROBE_LIMIT_MS);
}
