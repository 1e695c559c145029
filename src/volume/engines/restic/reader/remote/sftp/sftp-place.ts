import { posix } from 'node:path';
import { HoldfastError } from '#core/errors.ts';
import { splitCommand } from '#volume/engines/restic/reader/remote/sftp/split-command.ts';

/** A repository behind ssh, as its location names it. */
export interface SftpPlace {
  readonly host: string;
  readonly user?: string;
  readonly port?: string;
  /** Relative ones begin where the server lets the user in. */
  readonly directory: string;
}

/**
 * Reads `sftp:USER@HOST:PATH` and `sftp://USER@HOST:PORT/PATH`, whose path is relative but for a second slash, as restic does.
 * @throws `RESTIC_LOCATION_INVALID`
 */
export function parseSftpPlace(location: string): SftpPlace {
  const rest = location.slice('sftp:'.length);
  const found = rest.startsWith('//')
    ? /^\/\/(?:(?<user>[^/]*)@)?(?<host>\[[^\]]+\]|[^:/@]+)(?::(?<port>\d{1,5}))?\/(?<path>.+)$/s.exec(rest)
    : /^(?:(?<user>[^/:]*)@)?(?<host>\[[^\]]+\]|[^:@]+):(?<path>.+)$/s.exec(rest);
  const { user, host = '', port, path = '' } = found?.groups ?? {};
  const directory = cleaned(path);
  if (host === '' || host.startsWith('-') || user?.startsWith('-') || directory.startsWith('~')) {
    throw new HoldfastError('RESTIC_LOCATION_INVALID', `${JSON.stringify(location.slice(0, 200))} is no address`, {
      kind: 'usage',
    });
  }
  const name = host.replace(/^\[(.*)\]$/, '$1');
  return { host: name, directory, ...(user ? { user } : {}), ...(port ? { port } : {}) };
}

/**
 * The command that speaks sftp with the server on its standard input and output, as restic would start it: `sftp.command`
 * as it is, or ssh with `sftp.args`. @throws `RESTIC_OPTION_INVALID`
 */
export function sftpCommand(
  { host, user, port }: SftpPlace,
  options: readonly string[],
): readonly [string, ...string[]] {
  const given = new Map(options.map((option) => [option.split('=', 1)[0] ?? '', option.replace(/^[^=]*=/, '')]));
  const command = given.get('sftp.command');
  const args = given.get('sftp.args');
  if (command && args) {
    throw new HoldfastError('RESTIC_OPTION_INVALID', 'sftp.command and sftp.args are not given together', {
      kind: 'usage',
    });
  }
  if (command) return splitCommand(command);
  return [
    'ssh',
    host,
    ...(port === undefined ? [] : ['-p', port]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(args ? splitCommand(args) : []),
    ...['-s', 'sftp'],
  ];
}

function cleaned(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}
