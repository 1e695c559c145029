import type { VerificationReport } from '#api/verification-report.ts';
import type { Environment } from '#app/data-directory.ts';
import type { Home } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { keptCheckpoints, readCheckpointFile } from '#app/home/kept-checkpoints.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readTrustedKey } from '#app/home/trusted-key.ts';
import { pagesInThread } from '#base/database/page-thread.ts';
import { HoldfastError } from '#core/errors.ts';
import { formatVerifierKey } from '#ledger/note/keys.ts';
import { FILE_PAGES } from '#ledger/verify/rows.ts';
import { type Verification, type VerifyOptions, verifyLedger } from '#ledger/verify/verify.ts';

export interface VerifyRecordOptions {
  readonly home: Home;
  readonly environment: Environment;
  /** Files with checkpoints that were kept elsewhere, beside those in the home's places. */
  readonly checkpoints: readonly string[];
  /** A verifier key or a file with one; the home's own unless said. */
  readonly key?: string;
  readonly progress?: (events: number) => void;
}

/**
 * Recomputes a home's record and compares it with every checkpoint that can be had (`holdfast ledger verify`).
 * A database that cannot be read to its end is said to be damaged.
 * @throws `HOME_KEY_UNREADABLE`, `KEY_MALFORMED`, `CHECKPOINT_UNREADABLE`, `DATABASE_*`
 */
export async function verifyRecord(options: VerifyRecordOptions): Promise<VerificationReport> {
  const { home, environment, progress } = options;
  const key = readTrustedKey(options.key ?? homePaths(home.directory).publicKey);
  const named = options.checkpoints.map(readCheckpointFile);
  const kept = keptCheckpoints(home.config.checkpointPlaces, key.name);
  const said = { key: formatVerifierKey(key), problems: kept.problems.map((problem) => ({ ...problem })) };
  let fits = 0;
  try {
    const { root, ...found } = await verifyRows(home, environment, {
      key,
      outside: [...named, ...kept.checkpoints],
      progress: (events) => {
        fits = events;
        progress?.(events);
      },
    });
    return {
      outcome: found.tampering.length === 0 ? 'whole' : 'tampered',
      ...found,
      tampering: [...found.tampering],
      anchors: [...found.anchors],
      clockSteps: [...found.clockSteps],
      root: root.toString('base64'),
      ...said,
    };
  } catch (error) {
    // Whoever asks whether the record is whole gets an answer: it is not.
    if (!(error instanceof HoldfastError) || error.code !== 'DATABASE_DAMAGED') throw error;
    const damage = { kind: 'damaged', position: fits + 1, evidence: error.message } as const;
    return {
      ...{ outcome: 'tampered', size: fits, root: '', tampering: [damage] },
      ...{ anchored: 0, anchors: [], clockSteps: [], ...said },
    };
  }
}

async function verifyRows(home: Home, environment: Environment, options: VerifyOptions): Promise<Verification> {
  const database = await openHomeDatabase(home, environment, 'read');
  try {
    // Two threads share the work: one reads, one compares.
    const file = homePaths(home.directory).database;
    const pages =
      home.config.database === 'sqlite' ? { pages: (end: string) => pagesInThread(file, FILE_PAGES, end) } : {};
    return await verifyLedger(database, { ...options, ...pages });
  } finally {
    await database.close();
  }
}
