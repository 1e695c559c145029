import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HomeBackupReport, HomeRestoreReport } from '#api/home-backup-report.ts';
import { actorOf } from '#app/home/actor.ts';
import type { Key, Lock } from '#app/home/backup/age-lock.ts';
import { backupHome } from '#app/home/backup/backup-home.ts';
import { recoverySheet } from '#app/home/backup/recovery-sheet.ts';
import { restoreHome } from '#app/home/backup/restore-home.ts';
import { requireHome } from '#app/home/home.ts';
import { readTrustedKey } from '#app/home/trusted-key.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes, reportError } from '#cli/errors.ts';
import { writeOut, writeText } from '#cli/output.ts';
import { readIdentities, readPassphrase } from '#cli/passphrase.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast home backup`. */
export interface BackupFlags {
  readonly out: string;
  readonly recipient: readonly string[];
  readonly passphraseFile?: string;
  readonly sheet?: string;
  readonly format: 'text' | 'json';
  readonly quiet?: true;
}

/** Options of `holdfast home restore`. */
export interface RestoreFlags {
  readonly identity?: string;
  readonly passphraseFile?: string;
  readonly key?: string;
  readonly format: 'text' | 'json';
  readonly quiet?: true;
}

/** `holdfast home backup`. */
export async function backupCommand(flags: BackupFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const home = requireHome(environment);
  refuseBoth(flags.recipient.length > 0, flags.passphraseFile !== undefined, '--recipient');
  refusePlace(flags.out);
  const lock: Lock =
    flags.recipient.length > 0
      ? { kind: 'recipients', recipients: flags.recipient }
      : { kind: 'passphrase', passphrase: await readPassphrase({ ...fileOf(flags), environment, isNew: true }) };
  if (flags.out === '-') failWithoutReader();
  const progress = startProgress(flags.quiet === true);
  progress.step('Backing up');
  let made: Omit<HomeBackupReport, 'file'>;
  try {
    const backup = (write: (bytes: Uint8Array) => Promise<void> | void) =>
      backupHome({ home, environment, lock, now: clock(environment), write, progress: progress.step });
    made =
      flags.out === '-'
        ? await backup(toStandardOutput)
        : await replaceFile(flags.out, (append) => backup(append), { mode: 0o600 });
  } finally {
    progress.done();
  }
  const report: HomeBackupReport = { file: flags.out, ...made };
  printProblems(report.problems);
  const sheet = recoverySheet(report);
  if (flags.sheet !== undefined) await writeOut(flags.sheet, [sheet]);
  const text = flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : sheet;
  if (flags.out === '-') process.stderr.write(text);
  else await writeText(text);
  return report.problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** `holdfast home restore`. */
export async function restoreCommand(
  file: string,
  flags: RestoreFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  refuseBoth(flags.identity !== undefined, flags.passphraseFile !== undefined, '--identity');
  const trusted = flags.key === undefined ? {} : { trusted: readTrustedKey(flags.key) };
  if (file !== '-') refuseUnreadable(file);
  const key: Key =
    flags.identity !== undefined
      ? { kind: 'identities', identities: readIdentities(flags.identity) }
      : { kind: 'passphrase', passphrase: await readPassphrase({ ...fileOf(flags), environment, isNew: false }) };
  const progress = startProgress(flags.quiet === true);
  progress.step('Restoring');
  let report: HomeRestoreReport;
  try {
    report = await restoreHome({
      ...{ environment, key, ...trusted, chunks: bytesOf(file) },
      ...{ actor: actorOf(environment), now: () => clock(environment), progress: progress.step },
    });
  } finally {
    progress.done();
  }
  printProblems(report.problems);
  await writeText(
    flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${restoredLines(report).join('\n')}\n`,
  );
  return report.problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

function restoredLines(report: HomeRestoreReport): readonly string[] {
  const { directory, ledger, madeAt, events, blobs, verifierKey, newestCheckpoint } = report;
  const lost = newestCheckpoint - events;
  return [
    `Restored the home ${directory} from the backup of ${madeAt}.`,
    '',
    ledger === 'restored'
      ? `Ledger      ${count(events, 'event')}, whole, into ${report.database === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`
      : 'Ledger      was in the PostgreSQL database already, and goes on there',
    `Blobs       ${blobs}`,
    `Public key  ${verifierKey}`,
    '',
    ...(lost > 0 && ledger === 'restored'
      ? [
          `LOST: a copied checkpoint proves ${count(newestCheckpoint, 'event')}; ${count(lost, 'event')} came after the backup.`,
          'holdfast ledger verify will say so for as long as that checkpoint is among the home’s places.',
        ]
      : []),
    'Check it against what lies elsewhere: holdfast ledger verify --checkpoint FILE',
  ];
}

function fileOf({ passphraseFile }: { readonly passphraseFile?: string }): { readonly file?: string } {
  return passphraseFile === undefined ? {} : { file: passphraseFile };
}

function refuseBoth(one: boolean, other: boolean, name: string): void {
  if (!one || !other) return;
  throw new HoldfastError('USAGE', `${name} and --passphrase-file exclude each other`, { kind: 'usage' });
}

/** Before a passphrase is asked for. A mount that is not there must not become a directory on the disk that may break. */
function refusePlace(out: string): void {
  if (out === '-') {
    if (!process.stdout.isTTY) return;
    throw new HoldfastError('USAGE', 'The backup would be written to a terminal', {
      kind: 'usage',
      hint: 'Send standard output to a file or a program.',
    });
  }
  if (statSync(dirname(out), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HoldfastError('BACKUP_PLACE_MISSING', `${dirname(out)} is no directory`, {
      kind: 'usage',
      hint: 'Mount it, or make it.',
    });
  }
}

/** Elsewhere a reader that goes away is no failure. Here it means that there is no backup. */
function failWithoutReader(): void {
  process.stdout.prependOnceListener('error', (error) => {
    const cause = systemCode(error) ?? 'unknown error';
    process.exit(reportError(new HoldfastError('OUTPUT_FAILED', `Standard output cannot be written (${cause})`)));
  });
}

async function toStandardOutput(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

function refuseUnreadable(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) return;
  throw new HoldfastError('BACKUP_UNREADABLE', `${file} ${found === undefined ? 'is not there' : 'is a directory'}`, {
    kind: 'usage',
    hint: 'Name the file that holdfast home backup wrote, or - for standard input.',
  });
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || cause instanceof HoldfastError) throw cause;
    throw new HoldfastError('BACKUP_UNREADABLE', `${file} cannot be read: ${code}`, { cause });
  }
}
