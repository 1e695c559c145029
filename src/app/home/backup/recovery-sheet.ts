import type { HomeBackupReport } from '#api/home-backup-report.ts';

/**
 * What somebody needs to know who stands before a broken machine, on one page of plain text. There is no secret on it.
 */
export function recoverySheet(report: HomeBackupReport): string {
  const { encryption, recipients, database } = report;
  const withPassphrase = encryption === 'passphrase';
  const name = report.file === '-' ? 'FILE' : report.file;
  const secret = withPassphrase
    ? 'the passphrase that it was made with'
    : `the identity (private key) of one of: ${recipients.join(', ')}`;
  const places = report.checkpointPlaces.length === 0 ? ['none'] : report.checkpointPlaces;
  return [
    'HOLDFAST RECOVERY SHEET',
    '',
    `File          ${report.file === '-' ? 'standard output; note here where it went' : report.file}`,
    `SHA-256       ${report.sha256}`,
    `Size          ${report.sizeBytes} bytes`,
    `Made at       ${report.madeAt}`,
    `Ledger        ${report.events} events, in ${database === 'sqlite' ? 'SQLite' : 'PostgreSQL'}; ${report.blobs} blobs`,
    `Root          ${report.root}`,
    `Verifier key  ${report.verifierKey}`,
    `Checkpoints   ${places.join('\n              ')}`,
    '',
    ...(report.problems.length === 0
      ? []
      : [`NOT COMPLETE: ${report.problems.length} problems were listed when it was made.`, '']),
    'To restore, you need',
    '  1. the file above (check: sha256sum)',
    `  2. ${secret}`,
    ...(database === 'postgres' ? ['  3. an empty PostgreSQL database, or none: SQLite takes it, too'] : []),
    '',
    'Keep',
    '  the file                 on another machine or medium; it holds the signing key',
    `  ${withPassphrase ? 'the passphrase          ' : 'the identity            '} elsewhere than the file; with both, anybody can read and sign`,
    '  the verifier key         published: everybody may know it',
    '  checkpoints              where this machine cannot change them',
    '  this sheet               printed; it holds no secret',
    '',
    'Restore, where there is no home yet (HOLDFAST_HOME says where)',
    ...(database === 'postgres' ? ['  export HOLDFAST_DATABASE=postgres://...     (leave out for SQLite)'] : []),
    `  holdfast home restore ${quoted(name)} \\`,
    `    --key ${quoted(report.verifierKey)}${withPassphrase ? '' : ' \\\n    --identity IDENTITY_FILE'}`,
    '',
    'Check afterwards',
    '  holdfast ledger verify --checkpoint CHECKPOINT',
    '  Checkpoints up to the day of the file still anchor the record. One that is newer makes',
    '  verify say rolled-back, and that is the truth: what came after the backup is lost.',
    '',
    `Without Holdfast   age --decrypt ${withPassphrase ? '' : '-i IDENTITY_FILE '}${quoted(name)} | tar -x`,
    '',
  ].join('\n');
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
