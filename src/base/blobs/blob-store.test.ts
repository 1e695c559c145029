import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Digest, digestHex, parseDigest } from '#core/digest.ts';
import { openBlobStore } from './blob-store.ts';

describe('a blob store', () => {
  let scratch = '';
  let root = '';
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-blobs-'));
    root = join(scratch, 'home', 'blobs');
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  const fileOf = (digest: Digest) => join(root, 'sha256', digestHex(digest).slice(0, 2), digestHex(digest).slice(2));
  const digestOf = (bytes: Uint8Array) => parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  async function* inPieces(...pieces: readonly Uint8Array[]) {
    yield* pieces;
  }

  it('gives back what was put, whole or as a stream, under its digest', async () => {
    const store = openBlobStore(root);
    const bytes = randomBytes(700_000);
    const stored = await store.put(bytes);
    expect(stored).toEqual({ digest: digestOf(bytes), sizeBytes: bytes.length });
    expect((await store.get(stored.digest)).equals(bytes)).toBe(true);
    const chunks: Buffer[] = [];
    for await (const chunk of store.stream(stored.digest)) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('takes a stream, and nothing at all', async () => {
    const store = openBlobStore(root);
    const stored = await store.put(inPieces(Buffer.from('in '), Buffer.from('pieces')));
    expect((await store.get(stored.digest)).toString()).toBe('in pieces');
    const nothing = await store.put(Buffer.alloc(0));
    expect(await store.get(nothing.digest)).toHaveLength(0);
  });

  it('is for its user only', async () => {
    const store = openBlobStore(root);
    const { digest } = await store.put(Buffer.from('private'));
    expect(statSync(fileOf(digest)).mode & 0o777).toBe(0o600);
    for (const directory of [root, join(root, 'sha256'), join(fileOf(digest), '..')])
      expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('does not write again what is there, but does what a crash cut short', async () => {
    const store = openBlobStore(root);
    const { digest } = await store.put(Buffer.from('once'));
    const { ino } = statSync(fileOf(digest));
    await store.put(Buffer.from('once'));
    expect(statSync(fileOf(digest)).ino).toBe(ino);
    truncateSync(fileOf(digest), 2);
    await store.put(Buffer.from('once'));
    expect((await store.get(digest)).toString()).toBe('once');
  });

  it('names what is missing, damaged or too large', async () => {
    const store = openBlobStore(root);
    const { digest } = await store.put(Buffer.from('some bytes'));
    await expect(store.get(digestOf(Buffer.from('never put')))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    await expect(store.get(digest, 9)).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    expect(await store.get(digest, 10)).toHaveLength(10);
    writeFileSync(fileOf(digest), 'same bytes');
    await expect(store.get(digest)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    const read = async () => {
      for await (const _ of store.stream(digest));
    };
    await expect(read()).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  });

  it('lists its blobs, and no other file', async () => {
    const store = openBlobStore(root);
    const put = await Promise.all(['a', 'b', 'c'].map((text) => store.put(Buffer.from(text))));
    writeFileSync(join(root, 'sha256', 'notes.txt'), '');
    const listed: Digest[] = [];
    for await (const digest of store.list()) listed.push(digest);
    expect(listed.sort()).toEqual(put.map(({ digest }) => digest).sort());
    expect(await store.has(digestOf(Buffer.from('a')))).toBe(true);
    expect(await store.has(digestOf(Buffer.from('d')))).toBe(false);
  });

  it('leaves nothing behind when a stream fails', async () => {
    const store = openBlobStore(root);
    const failing = async function* () {
      yield Buffer.from('begun');
      throw new Error('the source went away');
    };
    await expect(store.put(failing())).rejects.toThrow('the source went away');
    expect(readdirSync(join(root, 'incoming'))).toEqual([]);
  });

  it('removes what killed writers left a day ago, and leaves live writers alone', () => {
    openBlobStore(root);
    const [old, young] = ['old.tmp', 'young.tmp'].map((name) => join(root, 'incoming', name));
    if (old === undefined || young === undefined) throw new Error('two names');
    writeFileSync(old, 'left');
    writeFileSync(young, 'at work');
    utimesSync(old, new Date(), new Date(Date.now() - 25 * 3600 * 1000));
    openBlobStore(root);
    expect(existsSync(old)).toBe(false);
    expect(readFileSync(young, 'utf8')).toBe('at work');
  });

  it('says which directory it cannot make', () => {
    writeFileSync(join(scratch, 'home'), 'a file');
    expect(() => openBlobStore(root)).toThrow(expect.objectContaining({ code: 'FILE_NOT_WRITTEN' }));
  });
});
