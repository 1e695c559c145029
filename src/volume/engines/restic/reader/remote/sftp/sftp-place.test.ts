import { expect, it } from 'vitest';
import { parseSftpPlace, sftpCommand } from './sftp-place.ts';
import { splitCommand } from './split-command.ts';

it.each([
  ['sftp:me@nas:/srv/there/', { user: 'me', host: 'nas', directory: '/srv/there' }],
  ['sftp:nas:there', { host: 'nas', directory: 'there' }],
  ['sftp:[2001:db8::1]:/srv', { host: '2001:db8::1', directory: '/srv' }],
  ['sftp:me@realm@nas:/srv', { user: 'me@realm', host: 'nas', directory: '/srv' }],
  ['sftp://me@nas:2222/there', { user: 'me', host: 'nas', port: '2222', directory: 'there' }],
  ['sftp://me@nas//srv/there', { user: 'me', host: 'nas', directory: '/srv/there' }],
  ['sftp://[2001:db8::1]:22//srv', { host: '2001:db8::1', port: '22', directory: '/srv' }],
])('%s is read as restic reads it', (location, place) => {
  expect(parseSftpPlace(location)).toEqual(place);
});

it.each(['sftp:nas', 'sftp:-oProxyCommand=x:/srv', 'sftp:-l@nas:/srv', 'sftp://nas', 'sftp:nas:~/there'])(
  '%s is no place',
  (location) => {
    expect(() => parseSftpPlace(location)).toThrow(expect.objectContaining({ code: 'RESTIC_LOCATION_INVALID' }));
  },
);

it('starts ssh as restic does', () => {
  const place = parseSftpPlace('sftp://me@nas:2222//srv');
  expect(sftpCommand(place, [])).toEqual(['ssh', 'nas', '-p', '2222', '-l', 'me', '-s', 'sftp']);
  expect(sftpCommand(place, ['sftp.args=-i /key -o "A b"'])).toEqual([
    ...['ssh', 'nas', '-p', '2222', '-l', 'me', '-i', '/key', '-o', 'A b', '-s', 'sftp'],
  ]);
  expect(sftpCommand(place, ['sftp.command=ssh -F none nas -s sftp', 'rest.connections=2'])).toEqual([
    ...['ssh', '-F', 'none', 'nas', '-s', 'sftp'],
  ]);
  expect(() => sftpCommand(place, ['sftp.command=a', 'sftp.args=b'])).toThrow(
    expect.objectContaining({ code: 'RESTIC_OPTION_INVALID' }),
  );
});

it.each([
  ['a b  c', ['a', 'b', 'c']],
  [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
  [`a 'b "c"'`, ['a', 'b "c"']],
  [String.raw`a b\ c`, ['a', 'b', 'c']],
  [String.raw`a \"b`, ['a', '"b']],
  ['a"b c"d', ['a', 'b c', 'd']],
])('%s is cut as restic cuts it', (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

it.each(['', '  ', `a 'b`, 'a "b'])('"%s" is no command', (text) => {
  expect(() => splitCommand(text)).toThrow(expect.objectContaining({ code: 'RESTIC_OPTION_INVALID' }));
});
