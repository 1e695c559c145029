import type { OpenRecord } from '#app/home/open-record.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import type { ObserverEnded, ObserverStarted, WriterSeen, WritersSeen } from '#volume/observe/events.ts';
import type { SeenContainer } from '#volume/observe/seen-container.ts';

type Record = Pick<OpenRecord, 'ledger' | 'catalogue'>;

/** What the observer recorded of one engine after a position, oldest first. */
export async function* recordedWriters(
  { ledger, catalogue }: Record,
  engine: string,
  after: number,
): AsyncGenerator<WriterSeen> {
  for await (const event of ledger.read({ types: ['writers.seen'], after })) {
    const data = catalogue.known(event)?.data as WritersSeen | undefined;
    if (data?.engine === engine) yield* data.containers;
  }
}

/** The containers that the ledger says are there, by what was told of them last. */
export async function writersOnRecord(record: Record, engine: string): Promise<ReadonlyMap<string, SeenContainer>> {
  const there = new Map<string, SeenContainer>();
  for await (const { what, ...container } of recordedWriters(record, engine, 0)) {
    if (what === 'appeared') there.set(container.container, container);
    else there.delete(container.container);
  }
  return there;
}

/** The beginning of the newest watch of an engine: behind the last gap. */
export async function newestWatch(
  { ledger, catalogue }: Record,
  engine: string,
): Promise<(ObserverStarted & { readonly position: number }) | undefined> {
  for await (const event of ledger.read({ types: ['observer.started'] }, 'newest-first')) {
    const data = catalogue.known(event)?.data as ObserverStarted | undefined;
    if (data?.engine === engine && !data.continued) return { ...data, position: event.position };
  }
  return undefined;
}

/** Whether the end of a watch's last run is on the record. */
export async function isEnded({ ledger, catalogue }: Record, engine: string, watch: string): Promise<boolean> {
  const types = ['observer.started', 'observer.ended'];
  for await (const event of ledger.read({ types }, 'newest-first')) {
    const data = catalogue.known(event)?.data as ObserverStarted | ObserverEnded | undefined;
    if (data?.engine === engine && data.watch === watch) return isEnd(event);
  }
  return false;
}

function isEnd({ type }: LedgerEvent): boolean {
  return type === 'observer.ended';
}
