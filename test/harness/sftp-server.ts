import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type StartedServer, startServer } from './started-server.ts';

/** Debian’s openssh-server on loopback, with keys, configuration and known hosts of its own. */
export interface SftpServer extends StartedServer {
  /** For restic’s `-o`: how ssh reaches it. */
  readonly option: string;
  /** The same with a key that it does not let in. */
  readonly strangerOption: string;
  readonly user: string;
}

export async function startSftpServer(directory: string): Promise<SftpServer> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Where sshd wants to be confined, should it be asked to.
  mkdirSync('/run/sshd', { recursive: true });
  const path = (name: string) => join(directory, name);
  for (const key of ['host', 'user', 'stranger']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
  }
  writeFileSync(path('authorized'), readFileSync(path('user.pub')));
  chmodSync(path('authorized'), 0o600);
  const configuration = (port: number) =>
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized')}`,
      `PidFile ${path('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n');
  const server = await startServer('sshd', (port) => {
    writeFileSync(path('sshd_config'), configuration(port));
    writeFileSync(path('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(path('host.pub'), 'utf8')}`);
    return ['-D', '-e', '-f', path('sshd_config')];
  });
  const user = userInfo().username;
  const optionWith = (key: string) =>
    `sftp.command=ssh -F none -p ${server.port} -i ${path(key)} -o IdentitiesOnly=yes -o BatchMode=yes ` +
    `-o UserKnownHostsFile=${path('known_hosts')} ${user}@127.0.0.1 -s sftp`;
  return { ...server, user, option: optionWith('user'), strangerOption: optionWith('stranger') };
}
