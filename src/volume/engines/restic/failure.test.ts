import { expect, it } from 'vitest';
import { failureOf, isUselessRetry } from '#volume/engines/restic/failure.ts';
import type { ResticVersion } from '#volume/engines/restic/program.ts';

const OLD: ResticVersion = [0, 14, 0];
const NEW: ResticVersion = [0, 18, 0];

function codeOf(said: string, code = 1, version = OLD): string {
  return failureOf({ version, command: 'backup', location: '/r', code, signal: undefined, said: said.split('\n') })
    .code;
}

// What the versions write, by measurement and by their documentation.
it.each([
  ['Fatal: wrong password or no key found', 'RESTIC_PASSWORD_WRONG'],
  [
    'Fatal: unable to open config file: stat /r/config: no such file or directory\nIs there a repository at the following location?\n/r',
    'RESTIC_REPOSITORY_MISSING',
  ],
  [
    'Fatal: unable to open config file: client.Head: Head "http://127.0.0.1:1/config": dial tcp 127.0.0.1:1: connect: connection refused\nIs there a repository at the following location?',
    'RESTIC_UNREACHABLE',
  ],
  [
    'Fatal: unable to open config file: Stat: Access Denied.\nIs there a repository at the following location?',
    'RESTIC_CREDENTIALS_REFUSED',
  ],
  ['Fatal: unable to open config file: Stat: The provided token has expired.', 'RESTIC_CREDENTIALS_EXPIRED'],
  [
    'unable to create lock in backend: repository is already locked by PID 1 on vm by root (UID 0, GID 0)',
    'RESTIC_LOCKED',
  ],
  ['Fatal: unable to save snapshot: write /r/data/tmp: no space left on device', 'RESTIC_DISK_FULL'],
  ['Fatal: unable to load index 1234: ciphertext verification failed', 'RESTIC_DAMAGED'],
  [
    'subprocess ssh: Host key verification failed.\nFatal: unable to start the sftp session, error: EOF',
    'RESTIC_HOST_KEY',
  ],
  [
    'subprocess ssh: root@h: Permission denied (publickey).\nFatal: unable to start the sftp session',
    'RESTIC_CREDENTIALS_REFUSED',
  ],
  ['Fatal: create repository at /r failed: config file already exists', 'RESTIC_EXISTS'],
  ['Head "https://h/config": x509: certificate signed by unknown authority', 'RESTIC_CERTIFICATE'],
  ['something that nobody has seen before', 'RESTIC_FAILED'],
  ['', 'RESTIC_FAILED'],
])('%j is %s', (said, code) => {
  expect(codeOf(said)).toBe(code);
});

it('trusts exit codes from 0.17 on, and only then', () => {
  expect(codeOf('', 10, NEW)).toBe('RESTIC_REPOSITORY_MISSING');
  expect(codeOf('', 11, NEW)).toBe('RESTIC_LOCKED');
  expect(codeOf('', 12, NEW)).toBe('RESTIC_PASSWORD_WRONG');
  expect(codeOf('', 12, OLD)).toBe('RESTIC_FAILED');
  expect(codeOf('dial tcp: connection refused', 10, NEW)).toBe('RESTIC_UNREACHABLE');
  expect(codeOf('', 99, NEW)).toBe('RESTIC_FAILED');
});

it('knows which attempts are of no use to repeat', () => {
  expect(isUselessRetry('Save(<data/1>) returned error, retrying after 5s: ExpiredToken: expired')).toBe(true);
  expect(
    isUselessRetry(
      'Load(<data/7c>, 1, 0) returned error, retrying after 1s: open /r/data/7c: no such file or directory',
    ),
  ).toBe(true);
  expect(isUselessRetry('Save(<data/1>) returned error, retrying after 5s: connection reset by peer')).toBe(false);
  expect(isUselessRetry('Access Denied')).toBe(false);
});
