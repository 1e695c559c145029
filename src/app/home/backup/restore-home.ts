import { resolve } from 'node:path';
import type { HomeRestoreReport } from '#api/home-backup-report.ts';
import type { Environment } from '#app/data-directory.ts';
import { EVENTS } from '#app/events.ts';
import { decrypted } from '#app/home/backup/age-key.ts';
import type { Key } from '#app/home/backup/age-lock.ts';
import { type BackupHead, incomingOf, recordSource, takeBlobs, takeHead } from '#app/home/backup/incoming-parts.ts';
import { takeTargets } from '#app/home/backup/notify-part.ts';
import { type ProblemList, problemList } from '#app/home/backup/problem-list.ts';
import { filesOf } from '#app/home/backup/read-archive.ts';
import { takeRepositories } from '#app/home/backup/repositories-part.ts';
import { takeRestorePlace } from '#app/home/backup/restore-place.ts';
import { takeSchedules } from '#app/home/backup/schedules-part.ts';
import { copyCheckpoint } from '#app/home/copy-checkpoint.ts';
import { type Home, writeConfig } from '#app/home/home.ts';
import { homeDirectory, homePaths } from '#app/home/home-directory.ts';
import { keptCheckpoints } from '#app/home/kept-checkpoints.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { openRecord } from '#app/home/open-record.ts';
import { writeKey } from '#app/home/signing-key.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { type EventCatalogue, eventCatalogue } from '#ledger/catalogue.ts';
import { formatVerifierKey, type Signer, type VerifierKey } from '#ledger/note/keys.ts';
import { prepareRequest } from '#ledger/prepare.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { type RestoreOptions, restoreRecord } from '#ledger/store/restore-leaves.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { openSigned } from '#ledger/verify/outside.ts';

export interface RestoreHomeOptions {
  readonly environment: Environment;
  /** The encrypted bytes. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly key: Key;
  /** The record's public key, where the operator has it from elsewhere: a backup of another record is then refused. */
  readonly trusted?: VerifierKey;
  readonly actor: string;
  readonly now: () => Date;
  readonly progress?: (text: string) => void;
}

interface Restored {
  readonly home: Home;
  readonly head: BackupHead;
  readonly ledger: 'restored' | 'kept';
  readonly blobs: number;
  readonly newestCheckpoint: number;
}

/**
 * Makes a home out of a backup, where there is none. With HOLDFAST_DATABASE the ledger goes into that PostgreSQL database,
 * which is empty or holds the same record. Everything was checked when the home counts as made; what fails before leaves
 * nothing behind, and what was interrupted is done again by the next call.
 * @throws `HOME_EXISTS`, `HOME_REMAINS`, `HOME_BUSY`, `BACKUP_*`, `LEDGER_RESTORE_INVALID`, `LEDGER_NOT_EMPTY`, `DATABASE_*`
 */
export async function restoreHome(options: RestoreHomeOptions): Promise<HomeRestoreReport> {
  const { environment, now, progress = () => undefined } = options;
  const directory = resolve(homeDirectory(environment));
  const problems = problemList();
  const place = takeRestorePlace(directory);
  let restored: Restored;
  try {
    restored = await restoreParts(directory, { ...options, progress }, problems);
    // Last: with it, the home counts as made.
    await writeConfig(directory, restored.home.config);
  } catch (error) {
    place.undo();
    throw error;
  }
  place.done();
  await makeReadModels(restored.home, environment, now, progress).catch((error: unknown) =>
    // They are made when somebody looks, too.
    problems.add(problemOf(error)),
  );
  const { manifest } = restored.head;
  return {
    directory,
    database: restored.home.config.database,
    ledger: restored.ledger,
    ...{ madeAt: manifest.madeAt, events: manifest.size, root: manifest.root, verifierKey: manifest.verifierKey },
    blobs: restored.blobs,
    newestCheckpoint: restored.newestCheckpoint,
    problems: problems.all().map((problem) => ({ ...problem })),
  };
}

async function restoreParts(
  directory: string,
  options: RestoreHomeOptions & { readonly progress: (text: string) => void },
  problems: ProblemList,
): Promise<Restored> {
  const { environment, chunks, key, trusted, progress } = options;
  const files = filesOf(decrypted(chunks, key));
  try {
    const incoming = incomingOf(files);
    const head = await takeHead(incoming);
    refuseOtherKey(head.signer, trusted);
    const database = environment['HOLDFAST_DATABASE'] ? 'postgres' : 'sqlite';
    const home: Home = { directory, config: { ...head.config, database } };
    // Opened before the blobs: a server that cannot be reached shall not be noticed an hour later.
    const opened = await openHomeDatabase(home, environment, 'write');
    try {
      const paths = homePaths(directory);
      await writeKey(paths, head.signer);
      await takeRepositories(incoming, home);
      await takeTargets(incoming, home);
      await takeSchedules(incoming, home);
      const store = openBlobStore(paths.blobs);
      const blobs = await takeBlobs(incoming, store, progress);
      progress(`${head.manifest.size} events`);
      const settings = restoreOptions(head, store, options, problems);
      const ledger = await restoreRecord(opened, recordSource(incoming, head.manifest), settings);
      const newestCheckpoint = newestCopy(home, head.signer.verifierKey, problems);
      if (ledger === 'restored') await copyNewest(opened, home, options, problems);
      return { home, head, ledger, blobs, newestCheckpoint };
    } finally {
      await opened.close();
    }
  } finally {
    await files.return(undefined);
  }
}

function refuseOtherKey(signer: Signer, trusted: VerifierKey | undefined): void {
  const own = formatVerifierKey(signer.verifierKey);
  if (trusted === undefined || formatVerifierKey(trusted) === own) return;
  throw new HoldfastError('BACKUP_KEY_FOREIGN', `The backup is of another record, whose key is ${own}`, {
    hint: 'Take the file that the recovery sheet names.',
  });
}

function restoreOptions(
  { manifest, signer }: BackupHead,
  blobs: BlobStore,
  { actor, now }: RestoreHomeOptions,
  problems: ProblemList,
): RestoreOptions {
  const catalogue: EventCatalogue = eventCatalogue(EVENTS);
  const { size, root, madeAt } = manifest;
  const at = now().toISOString();
  return {
    signer,
    at,
    note: prepareRequest(
      {
        stream: 'ledger',
        events: [{ type: 'ledger.restored', data: { size, root, backupAt: madeAt } }],
        actor,
      },
      catalogue,
    ),
    onEvent: async (event) => {
      for (const digest of catalogue.blobsOf(event)) {
        if (await blobs.has(digest)) continue;
        const message = `Event ${event.position} names the blob ${digest}, which is not in the backup`;
        problems.add({ code: 'BLOB_MISSING', message });
      }
    },
  };
}

/** How many events the newest copied checkpoint proves; 0 where there is none. */
function newestCopy({ config }: Home, key: VerifierKey, problems: ProblemList): number {
  const kept = keptCheckpoints(config.checkpointPlaces, key.name);
  for (const problem of kept.problems) problems.add(problem);
  const sizes = kept.checkpoints.map(({ note }) => {
    const opened = openSigned(note, key);
    return opened.kind === 'read' ? opened.checkpoint.size : 0;
  });
  return Math.max(0, ...sizes);
}

async function copyNewest(
  database: Database<LedgerTables>,
  { config }: Home,
  { environment, now }: RestoreHomeOptions,
  problems: ProblemList,
): Promise<void> {
  const newest = await database.read(latestCheckpoint);
  if (newest === undefined) return;
  for (const problem of await copyCheckpoint(newest.note, config.checkpointPlaces, environment, now())) {
    problems.add(problem);
  }
}

async function makeReadModels(
  home: Home,
  environment: Environment,
  now: () => Date,
  progress: (text: string) => void,
): Promise<void> {
  const record = await openRecord(home, environment, now);
  try {
    for (const projection of PROJECTIONS) {
      progress(`read model ${projection.id}`);
      await record.ledger.rebuild([projection]);
    }
  } finally {
    await record.close();
  }
}
