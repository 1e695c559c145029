import { HoldfastError } from '#core/errors.ts';
import { isAtLeast, type ResticVersion } from '#volume/engines/restic/program.ts';

/** How a run of restic went wrong. */
export interface Failure {
  readonly version: ResticVersion;
  /** `backup`, `forget` …: what it was to do. */
  readonly command: string;
  readonly location: string;
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** What it wrote to standard error, JSON already read; the beginning and the end of it. */
  readonly said: readonly string[];
}

interface Kind {
  readonly code: string;
  readonly words: RegExp;
  readonly message: (location: string) => string;
  readonly hint: string;
}

const LOCKED: Kind = {
  code: 'RESTIC_LOCKED',
  words: /repository is already locked|unable to create lock in backend: .*locked/i,
  message: (location) => `The repository ${location} is locked by another run of restic`,
  hint: 'Wait for it. If it is dead: holdfast volume repo unlock NAME takes away locks whose owners are gone.',
};
const PASSWORD: Kind = {
  code: 'RESTIC_PASSWORD_WRONG',
  words: /wrong password or no key found/i,
  message: (location) => `The password does not open the repository ${location}`,
  hint: 'Give the one that it was made with, or that rotate-password set last.',
};
const MISSING: Kind = {
  code: 'RESTIC_REPOSITORY_MISSING',
  words:
    /unable to open config file|is there a repository at the following location|repository does not exist|specified bucket does not exist/i,
  message: (location) => `There is no repository at ${location}`,
  hint: 'Is it mounted, is the path right? A new one is made with: holdfast volume repo init',
};

/** In this order: the words of the later ones also stand in the messages of the earlier ones. */
const KINDS: readonly Kind[] = [
  LOCKED,
  PASSWORD,
  {
    code: 'RESTIC_DISK_FULL',
    words:
      /no space left on device|disk quota exceeded|QuotaExceeded|InsufficientStorage|507 Insufficient|XMinioStorageFull/i,
    message: (location) =>
      `There is no room left (at ${location}, in the cache or in the directory for temporary files)`,
    hint: 'Older snapshots are not harmed. Make room; prune frees what no snapshot needs.',
  },
  {
    code: 'RESTIC_CREDENTIALS_EXPIRED',
    words:
      /ExpiredToken|token (?:included in the request )?(?:is|has) expired|RequestExpired|credentials (?:have|has) expired|TokenRefreshRequired/i,
    message: (location) => `The credentials for ${location} have expired`,
    hint: 'Get new ones and put them where the old ones are: the environment or the credentials file.',
  },
  {
    code: 'RESTIC_CLOCK_WRONG',
    words: /RequestTimeTooSkewed|request time and the (?:current|server's) time is too large/i,
    message: (location) => `The clock of this machine and that of ${location} differ too much`,
    hint: 'Set the clock.',
  },
  {
    code: 'RESTIC_HOST_KEY',
    words: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    message: (location) => `ssh does not know, or no longer knows, the host key of ${location}`,
    hint: 'Compare the key with its owner’s, then add it to known_hosts (connect once with sftp).',
  },
  {
    code: 'RESTIC_CREDENTIALS_REFUSED',
    words:
      /Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch|access key id you provided does not exist|signature we calculated does not match|40[13] (?:Forbidden|Unauthorized)|\(40[13]\)|Permission denied \([a-z,-]*(?:publickey|password|keyboard)|unauthorized/i,
    message: (location) => `${location} refuses the credentials`,
    hint: 'Check key and secret, and what they may do: read, write, list, and delete in locks/.',
  },
  {
    code: 'RESTIC_CERTIFICATE',
    words: /x509: |tls: failed to verify|certificate signed by unknown/i,
    message: (location) => `The certificate of ${location} is not trusted`,
    hint: 'Name the file of its authority with --certificates FILE.',
  },
  {
    code: 'RESTIC_UNREACHABLE',
    words:
      /connection refused|no such host|could not resolve|i\/o timeout|timed out|network is unreachable|no route to host|connection reset|unable to start the sftp session|TLS handshake timeout|server misbehaving|context deadline exceeded/i,
    message: (location) => `${location} cannot be reached`,
    hint: 'Is the server running, are the name and the port right?',
  },
  {
    code: 'RESTIC_EXISTS',
    words: /config file already exists|repository master key and config already initialized|already initialized/i,
    message: (location) => `There is a repository at ${location} already`,
    hint: 'Use it as it is: holdfast volume repo adopt',
  },
  {
    code: 'RESTIC_SNAPSHOT_MISSING',
    words: /no matching ID found|no snapshot found|multiple IDs with prefix|not found in snapshot/i,
    message: (location) => `The repository ${location} has no such snapshot, or no such file in it`,
    hint: 'holdfast volume snapshots lists what there is.',
  },
  {
    code: 'RESTIC_DAMAGED',
    words:
      /ciphertext verification failed|invalid data returned|does not match id|hash mismatch|not found in (?:repository|index)|repository contains errors|Fatal: (?:unable to )?load(?:ing)? .*index|unexpected EOF|invalid magic|config .*cannot be (?:decoded|loaded)|wrong hash|data corruption|Load\(<(?:data|index|snapshot|key)\/.*(?:no such file|not exist|404|NoSuchKey)|pack [0-9a-f]+: does not exist/i,
    message: (location) => `The repository ${location} is damaged`,
    hint: 'holdfast volume repo check NAME says where. Write nothing to it until that is known; other copies may be whole.',
  },
  MISSING,
  {
    code: 'RESTIC_DENIED',
    words: /permission denied|operation not permitted|read-only file system/i,
    message: (location) => `This user may not do that at ${location}`,
    hint: 'Look at owner and mode of the directory, or of what was to be read or written.',
  },
];

/** Since 0.17, with stages: before, 1 says everything. An exit code that is not known is a failure like any other. */
const BY_CODE: ReadonlyMap<number, Kind> = new Map([
  [10, MISSING],
  [11, LOCKED],
  [12, PASSWORD],
]);

/** The error that a failed run is. */
export function failureOf({ version, command, location, code, signal, said }: Failure): HoldfastError {
  const byCode = code !== undefined && isAtLeast(version, 17) ? BY_CODE.get(code) : undefined;
  const text = said.join('\n');
  // A missing repository is often one that cannot be reached: the words know more than code 10.
  const byWords = byCode === LOCKED || byCode === PASSWORD ? undefined : KINDS.find(({ words }) => words.test(text));
  const kind = byWords ?? byCode;
  const detail = lastSaid(said, kind?.words);
  const quoted = detail === undefined ? '' : ` (restic: ${detail})`;
  if (kind !== undefined)
    return new HoldfastError(kind.code, `${kind.message(location)}${quoted}`, { hint: kind.hint });
  const how = code === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`;
  return new HoldfastError('RESTIC_FAILED', `restic ${command} ${how} at ${location}${quoted}`);
}

/**
 * The error of the same kind for what ssh or a server says when it is asked without restic; undefined where its words mean none.
 * @param speaker who says so
 */
export function failureInWords(location: string, said: readonly string[], speaker: string): HoldfastError | undefined {
  const text = said.join('\n');
  const kind = KINDS.find(({ words }) => words.test(text));
  if (kind === undefined) return undefined;
  const quoted = lastSaid(said, kind.words) ?? '';
  return new HoldfastError(kind.code, `${kind.message(location)} (${speaker}: ${quoted})`, { hint: kind.hint });
}

/** That a server lets nobody in with these credentials. @param said in its own words */
export function refusedCredentials(location: string, said: string): HoldfastError {
  return new HoldfastError('RESTIC_CREDENTIALS_REFUSED', `${location} refuses the credentials (${said})`, {
    hint: 'Check user or key and secret, and that they may read and list.',
  });
}

const MOST_QUOTED = 300;

function lastSaid(said: readonly string[], words: RegExp | undefined): string | undefined {
  const lines = said.map((line) => line.trim()).filter((line) => line !== '');
  const found =
    (words && lines.find((line) => words.test(line))) ?? lines.findLast((line) => /^fatal/i.test(line)) ?? lines.at(-1);
  return found?.replace(/^Fatal: /, '').slice(0, MOST_QUOTED);
}

/** Whether a line of standard error tells of an attempt that is going to be repeated although repeating is of no use. */
export function isUselessRetry(line: string): boolean {
  if (!/retrying after/i.test(line)) return false;
  const kind = KINDS.find(({ words }) => words.test(line));
  return kind !== undefined && USELESS.has(kind.code);
}

const USELESS: ReadonlySet<string> = new Set([
  'RESTIC_DAMAGED',
  'RESTIC_CREDENTIALS_EXPIRED',
  'RESTIC_CREDENTIALS_REFUSED',
  'RESTIC_CLOCK_WRONG',
  'RESTIC_CERTIFICATE',
  'RESTIC_DISK_FULL',
  'RESTIC_DENIED',
]);
