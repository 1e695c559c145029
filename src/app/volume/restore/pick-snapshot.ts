import { type JudgeDeps, type JudgedImage, judgeImages, type WriterImage } from '#app/volume/restore/judge-writers.ts';
import { type RestoreSubject, subjectOfTags } from '#app/volume/restore/subject.ts';
import { type RecordedSnapshot, writtenSnapshots } from '#app/volume/restore/written-snapshots.ts';

import { isWithin } from '#core/container-path.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { IdMaps } from '#volume/discover/discovery.ts';
import type { SnapshotEngine, SnapshotRow } from '#volume/engines/engine.ts';
import type { WritersSeen } from '#volume/observe/events.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import { OWN_TAG, volumeTag } from '#volume/snapshot/tags.ts';
import { newestTrusted, type Trust, trustOf } from '#volume/snapshot/trust.ts';
import { isShortName, wholeName } from '#volume/snapshot/whole-name.ts';

/** Which snapshot is meant. All conditions hold together; the newest that fits is taken. */
export interface SnapshotWish {
  /** An id, the beginning of one, or `latest`. */
  readonly snapshot: string;
  /** Undefined: whatever the id names, also what others made. */
  readonly subject?: RestoreSubject;
  /** Taken then or before: ISO 8601. */
  readonly at?: string;
  /** Written only by images that are allowed today. */
  readonly trusted: boolean;
  /** Trust goes by what is in the images, whatever was decided about them. */
  readonly withoutVerdicts?: true;
  /** Taken before this image first wrote: a digest or an engine's id of it. */
  readonly beforeImage?: string;
}

/** A snapshot that is there, and what the record knows of it. */
export interface PickedSnapshot {
  readonly row: SnapshotRow;
  /** Undefined for what others made. */
  readonly subject?: RestoreSubject;
  /** Undefined: the record does not know it. */
  readonly recorded?: RecordedSnapshot;
  /** What users of containers were on the host where it was taken, by the record or by its own words; absent: not known. */
  readonly ids?: IdMaps;
  /** Of the volume, those by which Compose knew it. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

type Found = Pick<PickedSnapshot, 'row' | 'recorded'>;

export interface PickDeps extends JudgeDeps {
  readonly list: SnapshotEngine['snapshots'];
}

/**
 * Finds the snapshot that is meant among those of a repository. The record says who wrote and when it was taken; what only
 * the repository says is believed of snapshots that the record does not know, and told as a problem.
 * @throws `SNAPSHOT_UNKNOWN`, `SNAPSHOT_NOT_TRUSTED`, `IMAGE_NO_WRITER`, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function pickSnapshot(deps: PickDeps, asked: SnapshotWish): Promise<PickedSnapshot> {
  const wish = await withWholeName(deps, asked);
  const rows = await deps.list(wish.subject === undefined ? {} : { tags: [OWN_TAG, volumeTag(wish.subject.name)] });
  const named = namedRows(rows, wish);
  const subject = wish.subject ?? subjectOfTags(named.at(-1)?.tags ?? []);
  const chain = subject === undefined ? [] : await writtenSnapshots(deps.record, subject);
  let left: readonly Found[] = named.map((row) => {
    const recorded = recordedOf(row, chain);
    return recorded === undefined ? { row } : { row, recorded };
  });
  const problems: Problem[] = [];
  if (wish.at !== undefined) {
    // Lists show whole seconds.
    const limit = Date.parse(wish.at);
    left = left.filter((one) => Math.floor(Date.parse(timeOf(one)) / 1000) * 1000 <= limit);
    if (left.length === 0) throw unknown(`No snapshot of ${nameOf(subject)} is from ${wish.at} or before`);
  }
  if (wish.beforeImage !== undefined) {
    const { beforeImage } = wish;
    const found = chain.findIndex(({ writers }) => writers.some((writer) => isImage(writer, beforeImage)));
    if (found < 0 && !(await wasSeen(deps.record, subject, beforeImage))) throw noWriter(beforeImage, subject);
    // It wrote since the snapshot before: the one that began with it may hold what it wrote.
    const first = found < 0 ? chain.length : found;
    left = left.filter(({ recorded }) => recorded !== undefined && chain.indexOf(recorded) < first);
    if (left.length === 0) throw unknown(`Every snapshot that is there was taken after ${beforeImage} first wrote`);
    if (chain.slice(0, first).some(({ writersComplete }) => !writersComplete)) {
      problems.push({
        code: 'WRITERS_INCOMPLETE',
        message: 'Nobody watched all the time who wrote: the image may have written before it was first seen',
      });
    }
  }
  if (wish.trusted) {
    const judging: JudgeDeps = wish.withoutVerdicts === true ? { ...deps, withoutVerdicts: true } : deps;
    const { judged, reason } = await judgeChain(judging, chain);
    const isThere = (one: RecordedSnapshot) => left.some(({ recorded }) => recorded === one);
    const newest = newestTrusted(chain, (writer: Writer) => judged(writer).judgement, isThere);
    if (newest === undefined) {
      const last = left.at(-1)?.recorded;
      const why = last === undefined ? 'the record does not know who wrote' : reason(last);
      throw new HoldfastError('SNAPSHOT_NOT_TRUSTED', `No snapshot of ${nameOf(subject)} can be trusted: ${why}`, {
        hint: 'holdfast volume show tells it of each. One that is named by its id is restored whoever wrote it.',
      });
    }
    left = left.filter(({ recorded }) => recorded === newest);
  }
  if (wish.snapshot === 'latest') left = onRecordFirst(left, problems);
  const picked = left.at(-1);
  if (picked === undefined) throw unknown(`There is no snapshot of ${nameOf(subject)}`);
  const { row, recorded } = picked;
  if (recorded === undefined) problems.push(foreign(row));
  return {
    row,
    problems,
    ...(subject === undefined ? {} : { subject }),
    ...(recorded === undefined ? {} : { recorded }),
    ...(recorded?.finished?.ids === undefined ? {} : { ids: recorded.finished.ids }),
    ...(recorded?.finished?.labels === undefined ? {} : { labels: recorded.finished.labels }),
  };
}

/**
 * Where the record knows any, the newest of those: another one was made by a run that died, which may have gone on when
 * its containers ran again already, by another home, or by somebody who wants it restored.
 */
function onRecordFirst(left: readonly Found[], problems: Problem[]): readonly Found[] {
  const last = left.findLastIndex(({ recorded }) => recorded?.finished !== undefined);
  if (last < 0 || last === left.length - 1) return left;
  const over = left.slice(last + 1).map(({ row }) => row.id.slice(0, 8));
  problems.push({
    code: 'SNAPSHOT_PASSED_OVER',
    message: `Newer, but not on the record, and so not taken: ${over.slice(-5).join(', ')}`,
    hint: 'Name one by its id if it is meant.',
  });
  return left.slice(0, last + 1);
}

/** An anonymous volume goes by the beginning of its name, too. */
async function withWholeName({ list }: PickDeps, wish: SnapshotWish): Promise<SnapshotWish> {
  const { subject } = wish;
  if (subject?.kind !== 'volume' || !isShortName(subject.name)) return wish;
  const rows = await list({ tags: [OWN_TAG] });
  const names = rows.flatMap(({ tags }) => subjectOfTags(tags)?.name ?? []);
  return { ...wish, subject: { ...subject, name: wholeName(subject.name, names) } };
}

/** The trust in each recorded snapshot of a chain, and the reason in words where there is none. */
export async function judgeChain(
  deps: JudgeDeps,
  chain: readonly RecordedSnapshot[],
): Promise<{
  readonly trust: ReadonlyMap<string, Trust<Writer>>;
  readonly judged: (image: WriterImage) => JudgedImage;
  readonly reason: (snapshot: RecordedSnapshot) => string;
}> {
  const judged = await judgeImages(
    deps,
    chain.flatMap(({ writers }) => writers),
  );
  const trust = trustOf(chain, (writer: Writer) => judged(writer).judgement);
  const reason = ({ id }: RecordedSnapshot): string => {
    const found = trust.get(id);
    if (found === undefined || found.trusted) return 'all who wrote are known and allowed';
    const since = found.since === id ? '' : `since ${shortOf(found.since)}: `;
    // What is known for certain says more than what is not known.
    const doubt = found.doubts.find((one) => one.kind === 'writer' && one.judgement === 'denied') ?? found.doubts[0];
    switch (doubt?.kind) {
      case undefined:
      case 'writers-incomplete':
        return `${since}who else wrote is not known`;
      case 'restored-from-unknown':
        return `${since}it goes on from ${shortOf(doubt.from)}, which the record does not know`;
      case 'writer':
        return `${since}${doubt.writer.name} (${doubt.writer.image}) is ${doubt.judgement}: ${judged(doubt.writer).reason}`;
    }
  };
  return { trust, judged, reason };
}

/** What the record knows of a snapshot, also of a copy of it or one whose tags were changed: its tree is the same. */
function recordedOf(
  { id, original, tree }: Pick<SnapshotRow, 'id' | 'original' | 'tree'>,
  chain: readonly RecordedSnapshot[],
): RecordedSnapshot | undefined {
  return chain.find((one) => one.id === id) ?? chain.find((one) => one.id === original && one.finished?.tree === tree);
}

/** An id stands for all that a snapshot says of itself; what a copy says is only its own word. */
function timeOf({ row, recorded }: Found): string {
  return recorded === undefined || recorded.id === row.id ? row.time : (recorded.finished?.at ?? recorded.time);
}

/** That the record knows nothing of a snapshot. */
function foreign({ id }: Pick<SnapshotRow, 'id'>): Problem {
  return {
    code: 'SNAPSHOT_FOREIGN',
    message: `The record does not know the snapshot ${id.slice(0, 8)}: who made it is unknown`,
  };
}

function namedRows(rows: readonly SnapshotRow[], { snapshot, subject }: SnapshotWish): readonly SnapshotRow[] {
  if (snapshot === 'latest') return rows;
  const found = /^[0-9a-f]{4,64}$/.test(snapshot) ? rows.filter(({ id }) => id.startsWith(snapshot)) : [];
  if (found.length === 1) return found;
  const whose = subject === undefined ? 'in the repository' : `of ${nameOf(subject)}`;
  throw unknown(`${JSON.stringify(snapshot.slice(0, 80))} names ${found.length} snapshots ${whose}`);
}

/** Whether the observer saw an image at a target, also when no snapshot has been taken since. */
async function wasSeen(
  { ledger, catalogue }: JudgeDeps['record'],
  subject: RestoreSubject | undefined,
  image: string,
): Promise<boolean> {
  if (subject === undefined) return false;
  const { kind, name } = subject;
  for await (const event of ledger.read({ types: ['writers.seen'] }, 'newest-first')) {
    const data = catalogue.known(event)?.data as WritersSeen | undefined;
    const isThere = data?.containers.some(
      (one) =>
        isImage(one, image) &&
        one.mounts.some((mount) => mount.kind === kind && (mount.source === name || isWithin(mount.source, name))),
    );
    if (isThere === true) return true;
  }
  return false;
}

function isImage({ imageId, digests }: Pick<Writer, 'imageId' | 'digests'>, image: string): boolean {
  return imageId === image || digests.some((one) => one.slice(one.indexOf('@') + 1) === image);
}

function nameOf(subject: RestoreSubject | undefined): string {
  return subject === undefined ? 'that' : `the ${subject.kind === 'bind' ? 'directory' : 'volume'} ${subject.name}`;
}

function shortOf(id: string): string {
  return id.startsWith('started:') ? `event ${id.slice('started:'.length)}` : id.slice(0, 8);
}

function unknown(message: string): HoldfastError {
  return new HoldfastError('SNAPSHOT_UNKNOWN', message, {
    kind: 'usage',
    hint: 'holdfast volume snapshots lists them.',
  });
}

function noWriter(image: string, subject: RestoreSubject | undefined): HoldfastError {
  return new HoldfastError('IMAGE_NO_WRITER', `The record knows no time when ${image} wrote to ${nameOf(subject)}`, {
    kind: 'usage',
    hint: 'Give its digest or its id, sha256:…; holdfast log --type snapshot.started shows who wrote.',
  });
}
