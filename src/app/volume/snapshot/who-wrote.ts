import { engineKey } from '#app/volume/observe/look-at-container.ts';
import { writersSince } from '#app/volume/observe/writers-since.ts';
import type { TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import { type IntervalWriters, UNKNOWN_MEANS, type Unknown } from '#volume/observe/interval.ts';
import type { SnapshotFinished, SnapshotStarted, Writer } from '#volume/snapshot/events.ts';
import type { SnapshotSubject } from '#volume/snapshot/subject.ts';
import { targetStream } from '#volume/snapshot/tags.ts';
import { allWriters, writerOf, writerSeen } from '#volume/snapshot/writer.ts';

type WhoDeps = Pick<TakeSnapshotDeps, 'record' | 'engine' | 'now'>;

/** What `snapshot.started` says of those who wrote. */
export type StartedWriters = Pick<SnapshotStarted, 'writers' | 'writersComplete' | 'writersUnknown' | 'engine'>;

/** What is known of a target's writers when its snapshot begins. */
export interface WhoWrote {
  readonly data: StartedWriters;
  /** Where the snapshot before was begun. */
  readonly since?: number;
  /** Ids of all that `data` stands for. */
  readonly known: ReadonlySet<string>;
}

/**
 * Who may have written to a target since its last snapshot was begun: those that the engine listed when the subject was
 * found, and those that came and went since.
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function whoWrote(deps: WhoDeps, subject: SnapshotSubject): Promise<WhoWrote> {
  const engine = await engineKey(deps.engine).catch(() => undefined);
  const since = await lastBegun(deps, subject, engine);
  const found = await seenSince(deps, subject, since);
  const there = new Set(subject.writers.map(({ id }) => id));
  const seen = found.writers.filter(({ container }) => !there.has(container)).map((one) => writerSeen(one));
  const linked = await withScans(deps, [...subject.writers.map(writerOf), ...seen]);
  const { writers, whole } = allWriters(linked.slice(0, there.size), linked.slice(there.size));
  const unknown: readonly Unknown[] = [
    ...found.unknown,
    ...(whole ? [] : (['too-many'] as const)),
    ...(subject.writersUnread ? (['container-unread'] as const) : []),
  ];
  return {
    data: {
      writers: [...writers],
      writersComplete: unknown.length === 0,
      ...(unknown.length === 0 ? {} : { writersUnknown: [...new Set(unknown)].map((one) => UNKNOWN_MEANS[one]) }),
      ...(engine === undefined ? {} : { engine }),
    },
    ...(since === undefined ? {} : { since }),
    known: new Set(linked.map(({ container }) => container)),
  };
}

/**
 * What was not known when a snapshot was begun: who came while it was taken, whose first bytes may be in it; undefined when
 * there is nothing. @throws `LEDGER_*`, `DATABASE_*`
 */
export async function whatCameLate(
  deps: WhoDeps,
  subject: SnapshotSubject,
  { data, since, known }: WhoWrote,
): Promise<SnapshotFinished['late']> {
  const found = await seenSince(deps, subject, since);
  const late = found.writers.filter(({ container }) => !known.has(container));
  const linked = await withScans(
    deps,
    late.map((one) => writerSeen(one, 'came while it was taken')),
  );
  const { writers, whole } = allWriters([], linked);
  const reasons: readonly Unknown[] = whole ? found.unknown : [...found.unknown, 'too-many'];
  const unknown = data.writersComplete ? [...new Set(reasons)].map((one) => UNKNOWN_MEANS[one]) : [];
  return writers.length === 0 && unknown.length === 0 ? undefined : { writers: [...writers], unknown };
}

function seenSince(
  deps: WhoDeps,
  { name, source }: SnapshotSubject,
  since: number | undefined,
): Promise<IntervalWriters> {
  const asked = { volumes: name.startsWith('/') ? [] : [name], paths: [source] };
  return writersSince(deps, since === undefined ? asked : { ...asked, since });
}

/** Where the last snapshot of a target was begun, at this engine: another one may have a volume of that name. */
async function lastBegun(
  { record: { ledger, catalogue } }: WhoDeps,
  { name }: SnapshotSubject,
  engine: string | undefined,
): Promise<number | undefined> {
  const filter = { stream: targetStream(name), types: ['snapshot.started'] };
  for await (const event of ledger.read(filter, 'newest-first')) {
    const data = catalogue.known(event)?.data as SnapshotStarted | undefined;
    if (data?.engine !== undefined && data.engine === engine) return event.position;
  }
  return undefined;
}

/** As many scans are looked through for the images of writers. */
const MOST_SCANS = 20_000;

/** Adds to each writer where the newest scan of its image is on the record. */
async function withScans({ record }: WhoDeps, writers: readonly Writer[]): Promise<readonly Writer[]> {
  const found = new Map<Writer, number>();
  let left = MOST_SCANS;
  for await (const event of record.ledger.read({ types: ['image.inventoried'] }, 'newest-first')) {
    left -= 1;
    if (left < 0 || found.size === writers.length) break;
    const data = record.catalogue.known(event)?.data as ImageInventoried | undefined;
    if (data === undefined) continue;
    for (const writer of writers) {
      if (!found.has(writer) && isScanOf(data.target, writer)) found.set(writer, event.position);
    }
  }
  return writers.map((writer) => {
    const scan = found.get(writer);
    return scan === undefined ? writer : { ...writer, scan };
  });
}

/** The id is of one image of one platform; a digest may be of several, and counts only where there is no id. */
function isScanOf({ imageId, digest }: ImageInventoried['target'], writer: Writer): boolean {
  if (writer.imageId !== undefined && imageId !== undefined) return writer.imageId === imageId;
  return digest !== undefined && writer.digests.some((text) => text.slice(text.indexOf('@') + 1) === digest);
}
