import { HoldfastError } from '#core/errors.ts';
import type { Credentials, JobOptions, RepositoryAccess } from '#volume/engines/engine.ts';
import { type ResticContext, runRestic } from '#volume/engines/restic/run.ts';
import { writeRunFiles } from '#volume/engines/restic/run-files.ts';
import { readSnapshots } from '#volume/engines/restic/snapshots.ts';

/**
 * Copies snapshots from one repository to another, and looks for each in the other one. What is there already is not
 * copied again.
 * @returns from each id here to the one there
 * @throws `RESTIC_COPY_CREDENTIALS`, `RESTIC_SNAPSHOT_MISSING`, `RESTIC_COPY_INCOMPLETE`
 */
export async function copySnapshots(
  from: ResticContext,
  to: ResticContext,
  ids: readonly string[],
  { signal }: JobOptions = {},
): Promise<ReadonlyMap<string, string>> {
  refuseUnlike(from.access, to.access);
  const wanted = (await readSnapshots(from, { ids })).filter(({ id }) => ids.includes(id));
  const known = new Set(wanted.map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) {
    throw new HoldfastError(
      'RESTIC_SNAPSHOT_MISSING',
      `${from.access.location} has no snapshot ${missing.slice(0, 64)}`,
    );
  }
  if (wanted.length > 0) await copy(from, to, ids, signal);
  const there = await readSnapshots(to);
  const copies = new Map<string, string>();
  for (const { id, original, tree } of wanted) {
    // A copy remembers the id of the first of its kind.
    const copied = there.find(
      (row) => row.tree === tree && (row.original === id || row.original === original || row.id === id),
    );
    if (copied !== undefined) copies.set(id, copied.id);
  }
  if (copies.size === wanted.length) return copies;
  throw new HoldfastError(
    'RESTIC_COPY_INCOMPLETE',
    `restic says that it copied ${wanted.length} snapshots, and ${to.access.location} has ${copies.size} of them`,
  );
}

async function copy(
  from: ResticContext,
  to: ResticContext,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const source = writeRunFiles(from.access);
  try {
    // Of these two kinds at most one repository has any, or both have the same.
    const credentials = to.access.credentials.kind === 's3' ? to.access.credentials : s3Of(from.access.credentials);
    const environment = {
      RESTIC_FROM_REPOSITORY_FILE: source.repositoryFile,
      RESTIC_FROM_PASSWORD_FILE: from.access.passwordFile,
      ...(credentials !== undefined && source.awsFile !== undefined
        ? { AWS_SHARED_CREDENTIALS_FILE: source.awsFile }
        : {}),
    };
    const options = [...new Set([...to.access.options, ...from.access.options])];
    const certificatesFile = to.access.certificatesFile ?? from.access.certificatesFile;
    const access = { ...to.access, options, ...(certificatesFile === undefined ? {} : { certificatesFile }) };
    const run = { command: 'copy', args: ['--', ...ids], environment, signal };
    await runRestic({ ...to, access }, run);
  } finally {
    source.remove();
  }
}

function s3Of(credentials: Credentials) {
  return credentials.kind === 's3' ? credentials : undefined;
}

/** One run of restic has one place for keys of S3, and one command for sftp. @throws `RESTIC_COPY_CREDENTIALS` */
function refuseUnlike(from: RepositoryAccess, to: RepositoryAccess): void {
  const bothS3 = from.location.startsWith('s3:') && to.location.startsWith('s3:');
  if (bothS3 && JSON.stringify(from.credentials) !== JSON.stringify(to.credentials)) {
    throw new HoldfastError('RESTIC_COPY_CREDENTIALS', 'restic copies between S3 repositories with one key only', {
      kind: 'usage',
      hint: 'Give one key the right to both, or reach one of them by another way (a mount, rest-server).',
    });
  }
  const names = (options: readonly string[]) => new Map(options.map((option) => [option.split('=', 1)[0], option]));
  const theirs = names(to.options);
  for (const [name, option] of names(from.options)) {
    const other = theirs.get(name);
    if (other === undefined || other === option) continue;
    throw new HoldfastError('RESTIC_COPY_CREDENTIALS', `The two repositories have different options ${name}`, {
      kind: 'usage',
      hint: 'One run of restic takes one of them: give both repositories the same.',
    });
  }
}
