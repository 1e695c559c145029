import type { RepositoryAccess } from '#volume/engines/engine.ts';
import type { RunFiles } from '#volume/engines/restic/run-files.ts';

/** What restic or the ssh that it starts may need of ours. None of them is a secret of ours or of a repository’s. */
const PASSED_ON = ['HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GOMAXPROCS', 'GOGC'];
const PASSED_ON_FOR_SFTP = ['SSH_AUTH_SOCK'];
const PASSED_ON_FOR_SERVERS = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
/** A machine’s or container’s own role at a cloud, where no key is given. */
const PASSED_ON_FOR_ROLES = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
];
const PASSED_ON_FOR_S3 = ['AWS_DEFAULT_REGION', 'AWS_REGION'];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What connections to a repository's server take of this program's environment, whoever makes them: proxies, authorities,
 * the region, ssh's agent. Times are UTC. @param ours the environment of this program
 */
export function connectionEnvironment(
  { location, credentials }: Pick<RepositoryAccess, 'location' | 'credentials'>,
  ours: Environment,
): Readonly<Record<string, string>> {
  const isS3 = location.startsWith('s3:');
  const names = [
    ...PASSED_ON,
    ...(location.startsWith('sftp:') ? PASSED_ON_FOR_SFTP : []),
    ...(isS3 || location.startsWith('rest:') ? PASSED_ON_FOR_SERVERS : []),
    ...(isS3 ? PASSED_ON_FOR_S3 : []),
    ...(isS3 && credentials.kind === 'none' ? PASSED_ON_FOR_ROLES : []),
  ];
  const passed: Record<string, string> = {};
  for (const name of names) {
    const value = ours[name];
    if (value !== undefined) passed[name] = value;
  }
  return { ...passed, PATH: ours['PATH'] || '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C.UTF-8' };
}

/**
 * The whole environment of restic for one repository: locations and credentials by files only.
 * @param ours the environment of this program
 */
export function resticEnvironment(
  access: RepositoryAccess,
  files: RunFiles,
  ours: Environment,
): Readonly<Record<string, string>> {
  return {
    ...connectionEnvironment(access, ours),
    RESTIC_REPOSITORY_FILE: files.repositoryFile,
    RESTIC_PASSWORD_FILE: access.passwordFile,
    RESTIC_CACHE_DIR: access.cacheDirectory,
    RESTIC_PROGRESS_FPS: '1',
    ...(files.awsFile === undefined ? {} : { AWS_SHARED_CREDENTIALS_FILE: files.awsFile }),
  };
}
