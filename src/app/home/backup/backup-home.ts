import { createHash } from 'node:crypto';
import type { HomeBackupReport } from '#api/home-backup-report.ts';
import type { Environment } from '#app/data-directory.ts';
import { EVENTS } from '#app/events.ts';
import { encrypted, type Lock } from '#app/home/backup/age-lock.ts';
import { formatManifest, type Manifest, PARTS } from '#app/home/backup/format.ts';
import { NOTIFY_SECRETS, NOTIFY_TARGETS, targetFiles } from '#app/home/backup/notify-part.ts';
import { outgoingBlobs } from '#app/home/backup/outgoing-blobs.ts';
import { type ProblemList, problemList } from '#app/home/backup/problem-list.ts';
import { REPOSITORIES, REPOSITORY_PASSWORDS, repositoryFiles } from '#app/home/backup/repositories-part.ts';
import { SCHEDULES, scheduleFiles } from '#app/home/backup/schedules-part.ts';
import { archiveOf, type OutgoingFile } from '#app/home/backup/write-archive.ts';
import { formatConfig, type Home } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { refuseForeignKey } from '#app/home/open-record.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { VERSION } from '#core/version.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { formatSignerKey, formatVerifierKey, type Signer } from '#ledger/note/keys.ts';
import { exportCheckpoints, exportLeaves, type Snapshot, takeSnapshot } from '#ledger/store/export-leaves.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

export interface BackupOptions {
  readonly home: Home;
  readonly environment: Environment;
  readonly lock: Lock;
  readonly now: Date;
  /** Takes the encrypted bytes. */
  readonly write: (bytes: Uint8Array) => Promise<void> | void;
  readonly progress?: (text: string) => void;
}

interface Source {
  readonly home: Home;
  readonly database: Database<LedgerTables>;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  readonly snapshot: Snapshot;
  readonly manifest: Manifest;
  readonly problems: ProblemList;
  readonly progress: (text: string) => void;
  /** Grows while blobs are written. */
  readonly written: { blobs: number; blobBytes: number };
}

/**
 * Writes a home as one encrypted tar: keys, configuration, all blobs, and the record as it was at the beginning. Others
 * may go on recording meanwhile. Blobs that are missing or damaged are problems; a record that is not whole is an error,
 * since nobody could restore it.
 * @throws `LEDGER_EMPTY`, `LEDGER_DAMAGED`, `HOME_KEY_UNREADABLE`, `HOME_KEY_FOREIGN`, `BACKUP_RECIPIENT_INVALID`, `DATABASE_*`
 */
export async function backupHome(options: BackupOptions): Promise<Omit<HomeBackupReport, 'file'>> {
  const { home, environment, lock, now, write, progress = () => undefined } = options;
  const paths = homePaths(home.directory);
  const signer = readSigner(paths.key);
  const database = await openHomeDatabase(home, environment, 'read');
  try {
    await refuseForeignKey(database, signer, home);
    const snapshot = await takeSnapshot(database);
    if (snapshot.size === 0) throw new HoldfastError('LEDGER_EMPTY', 'Nothing is on the record yet');
    const manifest: Manifest = {
      madeAt: now.toISOString(),
      program: VERSION,
      origin: signer.name,
      verifierKey: formatVerifierKey(signer.verifierKey),
      size: snapshot.size,
      root: snapshot.root.toString('base64'),
      database: home.config.database,
    };
    const blobs = openBlobStore(paths.blobs);
    const problems = problemList();
    const written = { blobs: 0, blobBytes: 0 };
    const source: Source = { home, database, blobs, signer, snapshot, manifest, problems, progress, written };
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of encrypted(archiveOf(filesOf(source), now), lock)) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await write(chunk);
    }
    const { size, program: _, ...told } = manifest;
    return {
      ...{ ...told, events: size, sha256: hash.digest('hex'), sizeBytes },
      encryption: lock.kind,
      recipients: lock.kind === 'recipients' ? [...lock.recipients] : [],
      checkpointPlaces: [...home.config.checkpointPlaces],
      ...written,
      problems: problems.all().map((problem) => ({ ...problem })),
    };
  } finally {
    await database.close();
  }
}

async function* filesOf(source: Source): AsyncGenerator<OutgoingFile> {
  const { database, signer, snapshot, problems, progress, written } = source;
  yield textFile(PARTS.manifest, formatManifest(source.manifest));
  yield textFile(PARTS.key, `${formatSignerKey(signer)}\n`);
  yield textFile(PARTS.publicKey, `${source.manifest.verifierKey}\n`);
  yield textFile(PARTS.config, formatConfig(source.home.config));
  for (const { name, settings, password } of repositoryFiles(source.home, (problem) => problems.add(problem))) {
    yield textFile(`${REPOSITORIES}${name}.json`, settings);
    yield textFile(`${REPOSITORY_PASSWORDS}${name}`, `${password}\n`);
  }
  for (const { name, settings, secrets } of targetFiles(source.home, (problem) => problems.add(problem))) {
    yield textFile(`${NOTIFY_TARGETS}${name}.json`, settings);
    yield textFile(`${NOTIFY_SECRETS}${name}.json`, secrets);
  }
  for (const { name, settings } of scheduleFiles(source.home, (problem) => problems.add(problem))) {
    yield textFile(`${SCHEDULES}${name}.json`, settings);
  }
  for await (const file of outgoingBlobs(source.blobs, PARTS.blobs, (error) => problems.add(problemOf(error)))) {
    yield file;
    written.blobs += 1;
    written.blobBytes += file.sizeBytes;
    if (written.blobs % 100 === 0) progress(`${written.blobs} blobs`);
  }
  progress(`${snapshot.size} events`);
  const body = exportLeaves(database, snapshot, missingBlobs(source));
  yield { path: PARTS.leaves, sizeBytes: snapshot.leafBytes + snapshot.size, body };
  const checkpoints = exportCheckpoints(database, snapshot.size);
  yield { path: PARTS.checkpoints, sizeBytes: snapshot.checkpointBytes, body: checkpoints };
}

function textFile(path: string, text: string): OutgoingFile {
  const bytes = Buffer.from(text);
  return { path, sizeBytes: bytes.length, body: [bytes] };
}

/** Tells the blobs that events name and the home does not have. */
function missingBlobs({ blobs, problems }: Pick<Source, 'blobs' | 'problems'>) {
  const catalogue = eventCatalogue(EVENTS);
  return async (event: LedgerEvent): Promise<void> => {
    for (const digest of catalogue.blobsOf(event)) {
      if (await blobs.has(digest)) continue;
      problems.add({
        code: 'BLOB_MISSING',
        message: `Event ${event.position} names the blob ${digest}, which is not in this home`,
        hint: 'Where several homes use one database, each has the blobs of what it recorded: back up each.',
      });
    }
  };
}
