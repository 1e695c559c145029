import type { OpenRecord } from '#app/home/open-record.ts';
import type { RestoreSubject } from '#app/volume/restore/subject.ts';
import type { SnapshotFinished, SnapshotStarted, VolumeRestored, Writer } from '#volume/snapshot/events.ts';
import { targetStream } from '#volume/snapshot/tags.ts';
import type { WrittenSnapshot } from '#volume/snapshot/trust.ts';

/** A snapshot as the record knows it, also one that failed or is not in its repository any more. */
export interface RecordedSnapshot extends WrittenSnapshot<Writer> {
  readonly subject: RestoreSubject;
  /** Of the event with which it began. */
  readonly position: number;
  /** Absent when it failed, or was never finished. */
  readonly finished?: SnapshotFinished & { readonly position: number; readonly at: string };
}

const TYPES = ['snapshot.started', 'snapshot.finished', 'volume.restored'];
/** Of volumes that were restored from each other's snapshots. */
const MOST_VOLUMES = 100;

/**
 * All snapshots of a volume that the record knows, oldest first, with what was restored in between; before them those of
 * the volumes that it was restored from. An event that a newer program wrote is a snapshot whose writers nobody knows.
 */
export async function writtenSnapshots(
  record: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  subject: RestoreSubject,
): Promise<readonly RecordedSnapshot[]> {
  const chains = new Map<string, Chain>();
  const wanted = [subject];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const stream = targetStream(next.name);
    if (chains.has(stream) || chains.size >= MOST_VOLUMES) continue;
    const chain = await readChain(record, next);
    chains.set(stream, chain);
    wanted.push(...chain.restoredFrom);
  }
  // The last that was read was restored by those before it.
  return [...chains.values()].reverse().flatMap(({ links }) => links);
}

interface Chain {
  readonly links: readonly RecordedSnapshot[];
  readonly restoredFrom: readonly RestoreSubject[];
}

/** What the next snapshot of a volume of this name at one engine goes on from. */
interface Head {
  /** Position of the link before; a snapshot’s id after a restore; null: the empty volume. */
  readonly from: number | string | null;
  /** Something of unknown descent came into it. */
  readonly mixed: boolean;
}

const EMPTY: Head = { from: null, mixed: false };

async function readChain(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  subject: RestoreSubject,
): Promise<Chain> {
  const links: (Omit<RecordedSnapshot, 'from'> & { readonly from: Head['from'] })[] = [];
  const places = new Map<number, number>();
  const restoredFrom: RestoreSubject[] = [];
  // Another engine may have another volume of that name.
  const heads = new Map<string, Head>();
  let unseen = EMPTY;
  for await (const event of ledger.read({ stream: targetStream(subject.name), types: TYPES })) {
    const { type, position, at } = event;
    const data = catalogue.known(event)?.data;
    if (type === 'snapshot.finished') {
      const finished = data as SnapshotFinished | undefined;
      const place = places.get(finished?.started ?? 0);
      const link = links[place ?? -1];
      if (finished === undefined || place === undefined || link === undefined) continue;
      links[place] = {
        ...link,
        id: finished.snapshot,
        // Who came while it was taken may have written to it, too.
        writers: [...link.writers, ...(finished.late?.writers ?? [])],
        writersComplete: link.writersComplete && (finished.late?.unknown ?? []).length === 0,
        finished: { ...finished, position, at },
      };
    } else if (type === 'volume.restored') {
      const restored = data as VolumeRestored | undefined;
      if (restored?.place === 'directory') continue;
      if (restored !== undefined) restoredFrom.push({ kind: restored.kind ?? 'volume', name: restored.volume });
      const { engine, path, snapshot } = restored ?? {};
      if (engine === undefined || snapshot === undefined) {
        // Where that was is not known: it may have been anywhere.
        for (const [name, head] of heads) heads.set(name, { ...head, mixed: true });
        unseen = { ...unseen, mixed: true };
      } else {
        // A part of another state in this one is no line of descent any more.
        const part = { ...(heads.get(engine) ?? unseen), mixed: true };
        heads.set(engine, path === undefined ? { from: snapshot, mixed: false } : part);
      }
    } else {
      const started = data as SnapshotStarted | undefined;
      const engine = started?.engine ?? '';
      const { from, mixed } = heads.get(engine) ?? unseen;
      heads.set(engine, { from: position, mixed: false });
      places.set(position, links.length);
      links.push({
        ...{ id: `started:${position}`, time: at, subject, position, from },
        writers: started?.writers ?? [],
        writersComplete: started?.writersComplete === true && !mixed,
      });
    }
  }
  const idAt = (position: number) => links[places.get(position) ?? -1]?.id ?? `started:${position}`;
  return {
    links: links.map((link) => ({ ...link, from: typeof link.from === 'number' ? idAt(link.from) : link.from })),
    restoredFrom,
  };
}
