import type { Advisories } from '#advisory/advisory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { type DataPlace, dataPlaces } from '#app/policy/running/data-places.ts';
import { judgeChain } from '#app/volume/restore/pick-snapshot.ts';
import { type RecordedSnapshot, writtenSnapshots } from '#app/volume/restore/written-snapshots.ts';
import { readSchedules } from '#app/volume/schedules/settings.ts';
import type { JsonObject } from '#core/oci/json.ts';
import type { DataFacts } from '#policy/facts/run-facts.ts';
import type { VolumeDrilled } from '#volume/drill/events.ts';
import type { SnapshotStarted } from '#volume/snapshot/events.ts';
import { isBind, targetStream } from '#volume/snapshot/tags.ts';
import type { Trust } from '#volume/snapshot/trust.ts';

export interface DataDeps {
  readonly record: Pick<OpenRecord, 'ledger' | 'catalogue' | 'blobs' | 'home'>;
  /** What the record calls the engine. */
  readonly engine: string;
  /** For what became known of the images that wrote. */
  readonly advisories: Advisories | undefined;
  readonly now: Date;
}

const MOST_PLACES = 500;

/**
 * What the record tells of the data that containers keep: snapshots, drills, schedules and who wrote. Repositories are not
 * asked. @throws `LEDGER_*`, `DATABASE_*`
 */
export async function dataOf(deps: DataDeps, raws: readonly JsonObject[]): Promise<readonly DataFacts[]> {
  const places = dataPlaces(raws).slice(0, MOST_PLACES);
  if (places.length === 0) return [];
  const { schedules } = readSchedules(deps.record.home);
  const facts: DataFacts[] = [];
  for (const place of places) {
    const last = await lastSnapshot(deps, place);
    const schedule = schedules.find(({ what }) => takes(what, place));
    facts.push({
      ...{ name: place.name, containers: [...place.containers], schedule: schedule?.name ?? null },
      ...{ lastSnapshot: last?.at ?? null, method: last?.method ?? null, writersTrusted: last?.trusted ?? null },
      lastDrill: await lastDrill(deps, place.name),
    });
  }
  return facts;
}

/** A schedule of everything takes volumes, and with their stacks the directories of these. */
function takes(
  what: ReturnType<typeof readSchedules>['schedules'][number]['what'],
  { name, stacks }: DataPlace,
): boolean {
  switch (what.kind) {
    case 'volume':
      return what.volume === name;
    case 'bind':
      return what.path === name;
    case 'stack':
      return stacks.includes(what.stack);
    case 'all':
      return !isBind(name) || stacks.length > 0;
  }
}

interface Last {
  readonly at: string;
  readonly method: string;
  readonly trusted: boolean | null;
}

/** The newest whole one that was taken at this engine. */
async function lastSnapshot({ record, advisories, now, engine }: DataDeps, { name }: DataPlace) {
  const chain = await writtenSnapshots(record, { kind: isBind(name) ? 'bind' : 'volume', name });
  const elsewhere = await takenElsewhere(record, name, engine);
  const last = chain.findLast(
    ({ finished, subject, position }) =>
      finished?.complete === true && subject.name === name && !elsewhere.has(position),
  );
  if (last?.finished === undefined) return undefined;
  const { trust } = await judgeChain({ record, advisories, now }, chain);
  const { at, method } = last.finished;
  return { at, method, trusted: trustedOf(trust.get(last.id)) } satisfies Last;
}

/** Denied for certain, or not known. */
function trustedOf(trust: Trust<RecordedSnapshot['writers'][number]> | undefined): boolean | null {
  if (trust === undefined) return null;
  if (trust.trusted) return true;
  return trust.doubts.some((doubt) => doubt.kind === 'writer' && doubt.judgement === 'denied') ? false : null;
}

/** Positions at which snapshots of the same name were begun at another engine: that is another volume. */
async function takenElsewhere(
  { ledger, catalogue }: DataDeps['record'],
  name: string,
  key: string,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for await (const event of ledger.read({ stream: targetStream(name), types: ['snapshot.started'] })) {
    const { engine } = (catalogue.known(event)?.data ?? {}) as Partial<SnapshotStarted>;
    if (engine !== undefined && engine !== key) found.add(event.position);
  }
  return found;
}

async function lastDrill({ record: { ledger, catalogue } }: DataDeps, name: string): Promise<string | null> {
  const types = ['volume.drilled'];
  for await (const event of ledger.read({ stream: targetStream(name), types }, 'newest-first')) {
    const data = catalogue.known(event)?.data as VolumeDrilled | undefined;
    if (data?.outcome === 'passed') return event.at;
  }
  return null;
}
