import type { VerificationReport } from '#api/verification-report.ts';
import type { Environment } from '#app/data-directory.ts';
import type { Home } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { keptCheckpoints, readCheckpointFile } from '#app/home/kept-checkpoints.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readTrustedKey } from '#app/home/trusted-key.ts';
import { formatVerifierKey } from '#ledger/note/keys.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';

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
 * @throws `HOME_KEY_UNREADABLE`, `KEY_MALFORMED`, `CHECKPOINT_UNREADABLE`, `DATABASE_*`
 */
export async function verifyRecord(options: VerifyRecordOptions): Promise<VerificationReport> {
  const { home, environment, progress } = options;
  const key = readTrustedKey(options.key ?? homePaths(home.directory).publicKey);
  const named = options.checkpoints.map(readCheckpointFile);
  const kept = keptCheckpoints(home.config.checkpointPlaces, key.name);
  const database = await openHomeDatabase(home, environment, 'read');
  try {
    const { root, ...found } = await verifyLedger(database, {
      key,
      outside: [...named, ...kept.checkpoints],
      ...(progress === undefined ? {} : { progress }),
    });
    return {
      outcome: found.tampering.length === 0 ? 'whole' : 'tampered',
      ...found,
      tampering: [...found.tampering],
      anchors: [...found.anchors],
      clockSteps: [...found.clockSteps],
      root: root.toString('base64'),
      key: formatVerifierKey(key),
      problems: kept.problems.map((problem) => ({ ...problem })),
    };
  } finally {
    await database.close();
  }
}
