import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { gatheredList } from '../../../../../../../test/fakes/chunks.ts';
import {
  type FakeSftp,
  type FakeSftpOptions,
  fakeSftp,
  packed,
  type SftpNode,
  uint32,
} from '../../../../../../../test/fakes/sftp-server.ts';
import { runs } from '../../../../../../../test/harness/runs.ts';
import type { OpenFiles } from '../../files.ts';
import { remoteFiles } from '../remote-files.ts';
import { sftpStore } from './sftp-store.ts';

const PACK = `ab${'0'.repeat(62)}`;
const KEY = '1'.repeat(64);
const ODD = '2'.repeat(64);
const CONTENT = randomBytes(300_000);
const LOCATION = 'sftp:me@nas:/srv/there';
const file = (content: Buffer): SftpNode => ({ type: 'file', content });
const NODES: ReadonlyMap<string, SftpNode> = new Map([
  ['/srv/there/config', file(Buffer.from('of it'))],
  [`/srv/there/keys/${KEY}`, file(Buffer.from('a key'))],
  ['/srv/there/keys/README', file(Buffer.from('no key'))],
  [`/srv/there/keys/${ODD}`, { type: 'link', to: `/srv/there/keys/${KEY}` }],
  [`/srv/there/keys/${'3'.repeat(64)}`, { type: 'link', to: '/nowhere' }],
  [`/srv/there/index/${ODD}`, { type: 'pipe' }],
  [`/srv/there/data/ab/${PACK}`, file(CONTENT)],
  [`/srv/there/data/cd/${PACK}`, file(CONTENT)],
  ['/srv/there/data/README', file(Buffer.alloc(0))],
]);

const open: OpenFiles[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** A repository behind sessions, one after the other; the last one also stands for those that come after it. */
function behind(...sessions: readonly Partial<FakeSftpOptions>[]) {
  const started: FakeSftp[] = [];
  const start = async () => {
    const session = fakeSftp({ nodes: NODES, ...sessions[Math.min(started.length, sessions.length - 1)] });
    started.push(session);
    return session;
  };
  const files = remoteFiles(sftpStore(start, '/srv/there', LOCATION, 300));
  open.push(files);
  return { files, started };
}

const coded = (code: string) => ({ code: `RESTIC_${code}` });

describe('a repository behind sftp', () => {
  it('is listed: what lies where it belongs, through links, and nothing else', async () => {
    const { files, started } = behind({});
    expect(await gatheredList(files.list('pack'))).toEqual([{ name: PACK, sizeBytes: CONTENT.length }]);
    expect(await gatheredList(files.list('key'))).toEqual([
      { name: KEY, sizeBytes: 5 },
      { name: ODD, sizeBytes: 5 },
    ]);
    expect(await gatheredList(files.list('snapshot'))).toEqual([]);
    expect(started).toHaveLength(1);
  });

  it.each([1 << 20, 32 * 1024, 1000])(
    'is read in any part, however the server cuts it: %i bytes',
    async (mostBytes) => {
      const { files } = behind({ mostBytes });
      expect((await files.read('config', 'config')).toString()).toBe('of it');
      expect((await files.read('pack', PACK)).equals(CONTENT)).toBe(true);
      expect((await files.read('pack', PACK, 0, CONTENT.length)).equals(CONTENT)).toBe(true);
      expect((await files.read('pack', PACK, 299_990, 10)).equals(CONTENT.subarray(299_990))).toBe(true);
      await expect(files.read('pack', PACK, 299_990, 11)).rejects.toMatchObject(coded('FILE_TRUNCATED'));
      await expect(files.read('pack', PACK, 400_000, 11)).rejects.toMatchObject(coded('FILE_TRUNCATED'));
      await expect(files.read('pack', KEY)).rejects.toMatchObject(coded('FILE_MISSING'));
      await expect(files.read('key', ODD, 0, 6)).rejects.toMatchObject(coded('FILE_TRUNCATED'));
    },
  );

  it('is not waited for where a file is none', async () => {
    const { files, started } = behind({});
    await expect(files.read('index', ODD)).rejects.toMatchObject(coded('FILE_UNREADABLE'));
    expect(started[0]?.asked).not.toContain(3);
  });

  it('answers many at once', async () => {
    const { files } = behind({ mostBytes: 5000 });
    const parts = await Promise.all(
      Array.from({ length: 30 }, (_, index) => files.read('pack', PACK, index * 9999, 9999)),
    );
    expect(Buffer.concat(parts).equals(CONTENT.subarray(0, 30 * 9999))).toBe(true);
  });

  it('ends its session when it is closed, and begins none afterwards', async () => {
    const { files, started } = behind({});
    await files.read('config', 'config');
    await files.close();
    expect(started[0]?.isStopped()).toBe(true);
    await expect(files.read('config', 'config')).rejects.toMatchObject(coded('UNREACHABLE'));
    expect(started).toHaveLength(1);
  });

  it('is read on when the session breaks once, and given up when it always does', async () => {
    const breaking = { instead: (type: number) => (type === 5 ? ('end' as const) : undefined) };
    const { files, started } = behind(breaking, {});
    expect((await files.read('config', 'config')).toString()).toBe('of it');
    expect(started.map((one) => one.isStopped())).toEqual([true, false]);
    const lost = behind({ ...breaking, said: ['Connection reset by 192.0.2.1 port 22'] });
    await expect(lost.files.read('config', 'config')).rejects.toMatchObject({
      ...coded('UNREACHABLE'),
      message: expect.stringContaining('Connection reset'),
    });
    expect(lost.started.map((one) => one.isStopped())).toEqual([true, true, true]);
  });
});

describe('a server that is none', () => {
  it.each([
    ['me@nas: Permission denied (publickey,password).', 'CREDENTIALS_REFUSED'],
    ['Host key verification failed.', 'HOST_KEY'],
    ['ssh: Could not resolve hostname nas: Name or service not known', 'UNREACHABLE'],
    ['something that nobody knows', 'UNREACHABLE'],
  ])('is told apart by what ssh says: %s', async (said, code) => {
    const { files, started } = behind({ instead: () => 'end', said: [said] });
    await expect(files.read('config', 'config')).rejects.toMatchObject({
      ...coded(code),
      message: expect.stringContaining(said.slice(0, 20)),
    });
    await expect(gatheredList(files.list('key'))).rejects.toMatchObject(coded(code));
    // What was refused once is not tried again and again.
    expect(started).toHaveLength(1);
  });

  it('is waited for no longer than the limit, at the start and later', async () => {
    const silent = behind({ instead: () => 'silence' });
    await expect(silent.files.read('config', 'config')).rejects.toMatchObject(coded('UNREACHABLE'));
    expect(silent.started[0]?.isStopped()).toBe(true);
    const later = behind({ instead: (type) => (type === 5 ? 'silence' : undefined) });
    await expect(later.files.read('config', 'config')).rejects.toMatchObject(coded('UNREACHABLE'));
  });

  const data = (id: number, size: number) => packed(103, uint32(id), uint32(size), Buffer.alloc(size));
  it.each<readonly [string, (type: number, id: number) => Buffer | undefined]>([
    ['greets with a shell’s words', (type) => (type === 1 ? Buffer.from('Welcome to this machine!\n') : undefined)],
    ['speaks another version', (type) => (type === 1 ? packed(2, uint32(2)) : undefined)],
    ['answers what was not asked', (type) => (type === 17 ? packed(101, uint32(999_999), uint32(0)) : undefined)],
    ['sends more than it was asked for', (type, id) => (type === 5 ? data(id, 40_000) : undefined)],
    ['sends nothing, and no end', (type, id) => (type === 5 ? data(id, 0) : undefined)],
    ['sends too large a packet', (type) => (type === 5 ? uint32(2 ** 31) : undefined)],
    ['breaks off within a packet', (type, id) => (type === 5 ? packed(103, uint32(id), uint32(99)) : undefined)],
    ['answers a question with another’s answer', (type, id) => (type === 17 ? data(id, 5) : undefined)],
    ['counts more names than there are', (type, id) => (type === 12 ? packed(104, uint32(id), uint32(9)) : undefined)],
    ['lists nothing for ever', (type, id) => (type === 12 ? packed(104, uint32(id), uint32(0)) : undefined)],
    [
      'has an endless attribute',
      (type, id) => (type === 17 ? packed(105, uint32(id), uint32(0x80000000), uint32(2 ** 31)) : undefined),
    ],
  ])('and %s is given up at once', async (_, instead) => {
    const { files, started } = behind({ instead });
    const failed = await gatheredList(files.list('key'))
      .then(() => files.read('config', 'config'))
      .catch((error: unknown) => error);
    expect(failed).toMatchObject(coded('UNREACHABLE'));
    expect(started).toHaveLength(1);
    expect(started[0]?.isStopped()).toBe(true);
  });

  it('whatever it sends, ends with a code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.constantFrom(1, 3, 5, 17),
        async (bytes, at) => {
          const instead = (type: number) => (type === at ? Buffer.concat([packed(at), bytes]) : undefined);
          const { files } = behind({ instead });
          const failed = await files.read('config', 'config').catch((error: unknown) => error);
          expect(failed).toMatchObject(coded('UNREACHABLE'));
          await files.close();
        },
      ),
      { numRuns: runs(20) },
    );
  });
});
