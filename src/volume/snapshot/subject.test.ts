import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { container, discovery, mounts } from '../../../test/fakes/discovery.ts';
import { allTargets, stackSubject, subjectOf } from './subject.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-subject-'));
  mkdirSync(join(directory, 'data', 'inner'), { recursive: true });
  symlinkSync(join(directory, 'data'), join(directory, 'link'));
  writeFileSync(join(directory, 'file'), '');
});
afterAll(() => rmSync(directory, { recursive: true }));

const shop = () => {
  const db = container('db', {
    stack: 'shop',
    mounts: [mounts.named('shop_db', '/data'), mounts.anonymous('a', '/x')],
  });
  const web = container('web', {
    stack: 'shop',
    mounts: [
      mounts.named('shop_files', '/f'),
      mounts.bind(join(directory, 'data'), '/up'),
      mounts.bind(join(directory, 'file'), '/ro', { writable: false }),
      mounts.bind('/var/run/docker.sock', '/sock'),
    ],
  });
  const outsider = container('backup', { mounts: [mounts.named('shop_db', '/db')] });
  const found = discovery([db, outsider, web, container('alone', { mounts: [mounts.named('other', '/o')] })]);
  return { ...found, stacks: [{ name: 'shop', kind: 'compose' as const, holdOrder: [web.id, db.id] }] };
};

describe('a stack', () => {
  it('is all volumes and writable binds of its containers, with everybody who writes to them, in the order to hold', () => {
    const { subjects, writers, containers, problems } = stackSubject(shop(), 'shop');
    expect(subjects.map(({ name }) => name)).toEqual([
      'a'.repeat(64),
      'shop_db',
      'shop_files',
      join(directory, 'data'),
    ]);
    expect(writers.map(({ name }) => name)).toEqual(['web', 'db', 'backup']);
    expect(containers.map(({ name }) => name)).toEqual(['web', 'db']);
    expect(problems).toMatchObject([{ code: 'SNAPSHOT_BIND_LEFT_OUT', path: '/var/run/docker.sock' }]);
  });

  it('that is not there is refused with those that are', () => {
    expect(() => stackSubject(shop(), 'stop')).toThrow(
      expect.objectContaining({ code: 'STACK_UNKNOWN', hint: 'It has shop.' }),
    );
  });

  it('and everything beside the stacks is all there is', () => {
    expect(allTargets(shop())).toEqual({ stacks: ['shop'], volumes: ['other'] });
  });
});

describe('a directory of the host', () => {
  it('is where its links lead, and is written by whoever mounts it, a part of it, or what it is in', () => {
    const inner = container('inner', { mounts: [mounts.bind(join(directory, 'data', 'inner'), '/i')] });
    const outer = container('outer', { mounts: [mounts.bind(directory, '/o')] });
    const reader = container('reader', { mounts: [mounts.bind(join(directory, 'data'), '/r', { writable: false })] });
    const found = discovery([inner, outer, reader]);
    const subject = subjectOf(found, join(directory, 'link'));
    expect(subject).toMatchObject({ name: join(directory, 'data'), source: join(directory, 'data') });
    expect(subject.writers.map(({ name }) => name)).toEqual(['inner', 'outer']);
  });

  it.each(['/', '/etc', '/proc/self', '/var/run', '/nothing/there', '/dev/null', 'relative'])(
    '%s is refused',
    (path) => {
      const name = path === 'relative' ? `/${'x'.repeat(300)}` : path;
      expect(() => subjectOf(discovery([]), name)).toThrow(
        expect.objectContaining({ code: 'BIND_UNSUITABLE', kind: 'usage' }),
      );
    },
  );

  it('with a name that no tag can hold is refused', () => {
    mkdirSync(join(directory, 'a,b'));
    expect(() => subjectOf(discovery([]), join(directory, 'a,b'))).toThrow(
      expect.objectContaining({ code: 'BIND_UNSUITABLE' }),
    );
  });
});

describe('a volume', () => {
  it('whose files only the engine sees is refused: its directory may show nothing', () => {
    const found = discovery([container('one', { mounts: [mounts.named('far', '/d')] })]);
    const [volume] = found.volumes;
    if (volume === undefined) throw new Error('no volume');
    const { contents: _, ...hidden } = volume;
    expect(() => subjectOf({ ...found, volumes: [hidden] }, 'far')).toThrow(
      expect.objectContaining({ code: 'VOLUME_NOT_READABLE' }),
    );
  });

  it('that others have mounted too is kept, and it is said that they were not held', () => {
    const outside = [{ process: 'rsync', pid: 7, at: '/mnt/d' }];
    const found = discovery([container('one', { mounts: [mounts.named('d', '/d')] })], { volumes: { d: { outside } } });
    expect(subjectOf(found, 'd').problems).toMatchObject([{ code: 'SNAPSHOT_OTHER_MOUNTERS' }]);
  });

  it('that the engine says lies in a part of the system is none', () => {
    const found = discovery([container('one', { mounts: [mounts.named('d', '/d')] })]);
    for (const mountpoint of ['/', '/etc', '/proc/1/root', '/var/lib/docker']) {
      const volumes = found.volumes.map((volume) => ({ ...volume, mountpoint }));
      expect(() => subjectOf({ ...found, volumes }, 'd')).toThrow(
        expect.objectContaining({ code: 'VOLUME_NOT_READABLE' }),
      );
    }
  });

  it('that may be written by a container that the engine does not tell of is told as such', () => {
    const found = discovery([container('one', { mounts: [mounts.named('d', '/d')] })]);
    expect(subjectOf(found, 'd')).not.toHaveProperty('writersUnread');
    expect(subjectOf({ ...found, unread: ['f'.repeat(64)] }, 'd')).toMatchObject({
      writersUnread: true,
      problems: [{ code: 'SNAPSHOT_CONTAINERS_UNREAD' }],
    });
  });
});
