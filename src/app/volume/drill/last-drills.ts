import type { OpenRecord } from '#app/home/open-record.ts';
import type { VolumeDrilled } from '#volume/drill/events.ts';

/** When a snapshot was tried last, and how that came out. */
export interface LastDrill {
  readonly at: string;
  readonly outcome: VolumeDrilled['outcome'];
}

/** The last drill of each snapshot that the record knows one of, by the snapshot's id. */
export async function lastDrills({
  ledger,
  catalogue,
}: Pick<OpenRecord, 'ledger' | 'catalogue'>): Promise<ReadonlyMap<string, LastDrill>> {
  const drills = new Map<string, LastDrill>();
  for await (const event of ledger.read({ types: ['volume.drilled'] })) {
    const data = catalogue.known(event)?.data as VolumeDrilled | undefined;
    if (data !== undefined) drills.set(data.snapshot, { at: event.at, outcome: data.outcome });
  }
  return drills;
}
