import { advisoriesUpdated } from '#advisory/events.ts';
import { imageInventoried } from '#inventory/events.ts';
import { ledgerOpened, ledgerRestored } from '#ledger/events.ts';

/** Every kind of event that this program records. */
export const EVENTS = [ledgerOpened, ledgerRestored, imageInventoried, advisoriesUpdated] as const;
