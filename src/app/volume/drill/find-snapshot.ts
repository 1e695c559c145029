import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import { type PickedSnapshot, pickSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import { stagingPath } from '#app/volume/restore/subject.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';
import type { Movement } from '#volume/drill/compare.ts';
import type { SnapshotProbed } from '#volume/drill/events.ts';
import { type DrillManifest, digestOf, parseDrillManifest } from '#volume/drill/manifest.ts';
import { wholeNames } from '#volume/drill/whole-names.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import { MANIFEST_LIMIT_BYTES, MANIFEST_NAME } from '#volume/snapshot/manifest.ts';
import {
  parseStackDefinition,
  STACK_FILE,
  STACK_LIMIT_BYTES,
  type StackContainer,
} from '#volume/snapshot/stack-definition.ts';
import { OWN_TAG, stackTag } from '#volume/snapshot/tags.ts';

/** A snapshot that a drill tries, and all that is known of it. */
export interface DrillSnapshot {
  /** The whole name of its volume. */
  readonly volume: string;
  readonly row: SnapshotRow;
  /** Where its manifest and dumps lie in it. */
  readonly staging?: string;
  readonly dumps: readonly string[];
  /** Of all that it holds, as far as the record knows it. */
  readonly bytes?: number;
  readonly manifest?: DrillManifest;
  /** The writer whose value stands otherwise in the snapshot than in the record. */
  readonly forged?: string;
  readonly writers: readonly Writer[];
  /** Containers of its stack, as that was when it was taken. */
  readonly stack: readonly StackContainer[];
  /** How a writer's value moved while it was taken. */
  readonly movement: (container: string) => Movement;
  readonly problems: readonly Problem[];
}

/** Of one stack, newest first: each is read whole. */
const MOST_STACKS = 5;

/**
 * Finds a snapshot of a volume with its manifest, and what the record says of both.
 * @param wanted an id, at least 4 digits of one, or `latest`
 * @throws `SNAPSHOT_UNKNOWN`, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function findDrillSnapshot(
  record: OpenRecord,
  { engine }: OpenRepository,
  inside: OpenInside,
  volume: string,
  wanted: string,
): Promise<DrillSnapshot> {
  const judging = { record, advisories: undefined, now: new Date() };
  const picked = await pickSnapshot(
    { ...judging, list: engine.snapshots },
    { snapshot: wanted, subject: { kind: 'volume', name: volume }, trusted: false },
  );
  const subject = { kind: 'volume', name: picked.subject?.name ?? volume } as const;
  const { row, recorded } = picked;
  const problems = [...picked.problems];
  const staging = stagingPath(row, subject);
  const json = staging === undefined ? undefined : await manifestOf(inside, row, staging, problems);
  const manifest = parseDrillManifest(json);
  const probed = await probesOf(record, picked);
  const forged = probed.find(({ container, digest }) => {
    const value = manifest?.writers.find((one) => one.container === container)?.value;
    return manifest !== undefined && (value === undefined || digestOf(manifest.key, value) !== digest);
  });
  const stack = recorded?.finished?.stack;
  return {
    ...{ volume: subject.name, row, problems, writers: recorded?.writers ?? writersIn(json) },
    stack: stack === undefined ? [] : await containersOf(inside, row.original ?? row.id, stack, problems),
    ...(staging === undefined ? {} : { staging }),
    ...(recorded?.finished === undefined ? {} : { bytes: recorded.finished.bytes }),
    dumps: wholeNames(recorded?.finished?.dumps, dumpsIn(json)),
    ...(manifest === undefined ? {} : { manifest }),
    ...(forged === undefined ? {} : { forged: forged.name }),
    movement: (container) => {
      const probe = probed.find((one) => one.container === container);
      if (probe === undefined) return { kind: 'unknown' };
      return probe.moved === 'numbers' ? { kind: 'numbers', changes: probe.changes ?? [] } : { kind: probe.moved };
    },
  };
}

async function manifestOf(
  inside: OpenInside,
  row: SnapshotRow,
  staging: string,
  problems: Problem[],
): Promise<unknown> {
  try {
    const bytes = await fileOf(inside, row, `${staging}/${MANIFEST_NAME}`, MANIFEST_LIMIT_BYTES);
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const message = `The snapshot's manifest cannot be read: ${problemOf(error).message}`;
    problems.push({ code: 'DRILL_MANIFEST_UNREADABLE', message });
    return undefined;
  }
}

/** The definition of the stack that a snapshot was taken with: it names that snapshot as one of its parts. */
async function containersOf(
  inside: OpenInside,
  snapshot: string,
  stack: string,
  problems: Problem[],
): Promise<readonly StackContainer[]> {
  try {
    const rows = await inside.snapshots({ tags: [OWN_TAG, stackTag(stack)] });
    for (const row of [...rows].reverse().slice(0, MOST_STACKS)) {
      const definition = parseStackDefinition(await fileOf(inside, row, STACK_FILE, STACK_LIMIT_BYTES));
      if (definition.parts.some((part) => part.snapshot === snapshot)) return definition.containers;
    }
  } catch (error) {
    const message = `The definition of the stack ${stack} cannot be read: ${problemOf(error).message}`;
    problems.push({ code: 'DRILL_STACK_UNREADABLE', message });
  }
  return [];
}

async function fileOf(inside: OpenInside, row: SnapshotRow, path: string, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of inside.content(row, insidePath(path))) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw new Error(`it is longer than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function probesOf({ ledger, catalogue }: OpenRecord, { row, recorded }: PickedSnapshot) {
  const ids = [row.id, recorded?.id];
  let probes: SnapshotProbed['probes'] = [];
  for await (const event of ledger.read({ types: ['snapshot.probed'] })) {
    const data = catalogue.known(event)?.data as SnapshotProbed | undefined;
    if (data !== undefined && ids.includes(data.snapshot)) probes = data.probes;
  }
  return probes;
}

/** In its own words, where the record knows nothing. */
function writersIn(json: unknown): readonly Writer[] {
  const writers: readonly unknown[] = isObject(json) && Array.isArray(json['writers']) ? json['writers'] : [];
  return writers.filter(
    (value): value is Writer =>
      isObject(value) &&
      typeof value['container'] === 'string' &&
      typeof value['name'] === 'string' &&
      typeof value['image'] === 'string' &&
      Array.isArray(value['digests']),
  );
}

function dumpsIn(json: unknown): readonly string[] {
  const dumps: readonly unknown[] = isObject(json) && Array.isArray(json['dumps']) ? json['dumps'] : [];
  return dumps.filter((name) => typeof name === 'string');
}
