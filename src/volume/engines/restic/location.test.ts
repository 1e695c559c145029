import { describe, expect, it } from 'vitest';
import { parseLocation } from '#volume/engines/restic/location.ts';

describe('a location', () => {
  it.each([
    ['/mnt/nas/snapshots', 'directory', '/mnt/nas/snapshots'],
    ['/mnt/../mnt/nas/', 'directory', '/mnt/nas'],
    ['local:/mnt/nas', 'directory', '/mnt/nas'],
    ['s3:https://s3.example/bucket/host', 's3', 's3:https://s3.example/bucket/host'],
    ['s3:s3.amazonaws.com/bucket', 's3', 's3:s3.amazonaws.com/bucket'],
    ['sftp:backup@nas:/srv/snapshots', 'sftp', 'sftp:backup@nas:/srv/snapshots'],
    ['sftp://backup@nas:2222//srv/snapshots', 'sftp', 'sftp://backup@nas:2222//srv/snapshots'],
    ['sftp:[::1]:/srv', 'sftp', 'sftp:[::1]:/srv'],
    ['rest:https://nas:8000/host', 'rest', 'rest:https://nas:8000/host'],
  ])('%s is a %s', (given, kind, text) => {
    expect(parseLocation(given)).toEqual({ kind, text });
  });

  it.each([
    'rest:https://user:secret@nas/',
    's3:https://key:secret@s3.example/bucket',
    'sftp:user:secret@nas:/srv',
    'sftp://user:secret@nas/srv',
  ])('%s holds credentials, which are not shown', (given) => {
    const error = thrownBy(() => parseLocation(given));
    expect(error).toMatchObject({ code: 'RESTIC_LOCATION_SECRET' });
    expect(`${error}`).not.toContain('secret@');
  });

  it.each([
    '',
    'local:',
    'b2:bucket:path',
    'rclone:remote:path',
    'swift:container:/',
    'rest:ftp://nas/',
    's3:',
    'sftp:',
    'sftp:nas',
    'sftp:-oProxyCommand=x:/srv',
    'sftp:-l@nas:/srv',
    '/mnt/nas\n/other',
  ])('%j is refused', (given) => {
    expect(thrownBy(() => parseLocation(given))).toMatchObject({ code: 'RESTIC_LOCATION_INVALID', kind: 'usage' });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
