import type { Environment } from '#app/data-directory.ts';
import { EVENTS } from '#app/events.ts';
import { copyCheckpoint } from '#app/home/copy-checkpoint.ts';
import type { Home } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import type { Digest } from '#core/digest.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { type EventCatalogue, eventCatalogue } from '#ledger/catalogue.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { formatVerifierKey, type Signer } from '#ledger/note/keys.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { readEventAt } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** A home's ledger and blobs, open. */
export interface OpenRecord {
  readonly home: Home;
  readonly ledger: Ledger;
  readonly database: Database<LedgerTables>;
  readonly blobs: BlobStore;
  readonly catalogue: EventCatalogue;
  readonly signer: Signer;
  /** Waits for what is being recorded, copies a new checkpoint to its places, and lets go. Tells what could not be copied. */
  close(): Promise<readonly Problem[]>;
}

/** A blob larger than this is not read into memory: no inventory is. */
const BLOB_LIMIT_BYTES = 512 * 1024 * 1024;

/**
 * Opens a home for reading and appending.
 * @throws `HOME_KEY_UNREADABLE`, `HOME_KEY_FOREIGN`, `HOME_DATABASE_MISSING`, `DATABASE_*`
 */
export async function openRecord(home: Home, environment: Environment, now: () => Date): Promise<OpenRecord> {
  const paths = homePaths(home.directory);
  const signer = readSigner(paths.key);
  const database = await openHomeDatabase(home, environment, 'write');
  try {
    await refuseForeignKey(database, signer, home);
    const blobs = openBlobStore(paths.blobs);
    const catalogue = eventCatalogue(EVENTS);
    const blob = (digest: Digest) => blobOrNothing(blobs, digest);
    const ledger = openLedger({ database, catalogue, projections: PROJECTIONS, signer, now, blob });
    const places = home.config.checkpointPlaces;
    const before = places.length === 0 ? undefined : await database.read(latestCheckpoint);
    return {
      ...{ home, ledger, database, blobs, catalogue, signer },
      close: async () => {
        try {
          await ledger.idle();
          const after = places.length === 0 ? undefined : await database.read(latestCheckpoint);
          if (after === undefined || after.size === before?.size) return [];
          return await copyCheckpoint(after.note, places, environment, now());
        } catch (error) {
          // What was recorded stays recorded: only the copies are missing.
          const { code, message, hint } = problemOf(error);
          const what = `The newest checkpoint was not copied: ${message}`;
          return [{ code, message: what, ...(hint === undefined ? {} : { hint }) }];
        } finally {
          await database.close();
        }
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The first event names the key. Another key would make the record look tampered with. @throws `HOME_KEY_FOREIGN` */
export async function refuseForeignKey(database: Database<LedgerTables>, signer: Signer, home: Home): Promise<void> {
  const first = await readEventAt(database, 1);
  const recorded = first?.event.data['verifierKey'];
  if (recorded === undefined || recorded === formatVerifierKey(signer.verifierKey)) return;
  throw new HoldfastError(
    'HOME_KEY_FOREIGN',
    `The key of ${home.directory} is not the one that this ledger was opened with`,
    {
      hint: 'Copy keys/ledger.key of the home that opened the ledger into this one, and then: holdfast init',
    },
  );
}

async function blobOrNothing(blobs: BlobStore, digest: Digest): Promise<Buffer | undefined> {
  try {
    return await blobs.get(digest, BLOB_LIMIT_BYTES);
  } catch (error) {
    if (error instanceof HoldfastError && error.code.startsWith('BLOB_')) return undefined;
    throw error;
  }
}
