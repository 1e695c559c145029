import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { Ledger } from '#ledger/ledger.ts';
import { waiverGranted, waiverRevoked } from '#policy/waiver/events.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** A waiver on the record. */
export interface RecordedWaiver {
  readonly waiver: Waiver;
  /** Position of the event that granted it. */
  readonly position: number;
  /** ISO 8601. */
  readonly grantedAt: string;
  /** Undefined: it was not. */
  readonly revoked: { readonly at: string; readonly by: string; readonly reason: string | null } | undefined;
}

/** All waivers that were ever granted, in the order of the record. What a newer program wrote is passed over. */
export async function recordedWaivers(
  ledger: Pick<Ledger, 'read'>,
  catalogue: EventCatalogue,
): Promise<readonly RecordedWaiver[]> {
  const found = new Map<string, RecordedWaiver>();
  for await (const event of ledger.read({ types: [waiverGranted.type, waiverRevoked.type] })) {
    const read = catalogue.read(event);
    if (read.kind !== 'known') continue;
    if (event.type === waiverGranted.type) {
      const waiver = waiverGranted.parse(read.data);
      found.set(waiver.id, { waiver, position: event.position, grantedAt: event.at, revoked: undefined });
      continue;
    }
    const { id, reason } = waiverRevoked.parse(read.data);
    const granted = found.get(id);
    if (granted !== undefined) found.set(id, { ...granted, revoked: { at: event.at, by: event.actor, reason } });
  }
  return [...found.values()];
}
