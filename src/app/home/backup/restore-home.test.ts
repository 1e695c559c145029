import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '#app/data-directory.ts';
import { decrypted } from '#app/home/backup/age-key.ts';
import { encrypted } from '#app/home/backup/age-lock.ts';
import { backupHome } from '#app/home/backup/backup-home.ts';
import { filesOf } from '#app/home/backup/read-archive.ts';
import { restoreHome } from '#app/home/backup/restore-home.ts';
import { archiveOf } from '#app/home/backup/write-archive.ts';
import { requireHome } from '#app/home/home.ts';
import { initHome } from '#app/home/init-home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { verifyRecord } from '#app/verify-record.ts';
import { HoldfastError } from '#core/errors.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { runs } from '../../../../test/harness/runs.ts';

const now = () => new Date('2026-11-22T10:00:00.000Z');

/** A file of an archive, whole. */
interface Part {
  readonly path: string;
  readonly bytes: Buffer;
}

let directory: string;
let identity: string;
let recipient: string;
let parts: readonly Part[];
let plain: Buffer;
let good: Buffer;

async function* chunksOf(bytes: Uint8Array, size = 70_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

const lock = () => ({ kind: 'recipients', recipients: [recipient] }) as const;
const locked = (bytes: Buffer) => allOf(encrypted(chunksOf(bytes), lock()));
const archived = async (files: readonly Part[]) => {
  const outgoing = async function* () {
    for (const { path, bytes } of files) yield { path, sizeBytes: bytes.length, body: [bytes] };
  };
  return allOf(archiveOf(outgoing(), now()));
};

const home = () => join(directory, 'restored');
const environment = (): Environment => ({ HOLDFAST_HOME: home() });
const restore = (bytes: Uint8Array) =>
  restoreHome({
    ...{ environment: environment(), chunks: chunksOf(bytes), actor: 'me', now },
    key: { kind: 'identities', identities: [identity] },
  });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-home-'));
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
  const original = { HOLDFAST_HOME: join(directory, 'original') };
  await initHome({ environment: original, checkpointPlaces: [], actor: 'me', now });
  const record = await openRecord(requireHome(original), original, now);
  await record.blobs.put(Buffer.from('one'));
  await record.blobs.put(Buffer.alloc(200_000, 7));
  await record.close();
  const chunks: Uint8Array[] = [];
  const write = (bytes: Uint8Array) => void chunks.push(bytes);
  const made = await backupHome({
    ...{ home: requireHome(original), environment: original },
    ...{ lock: lock(), now: now(), write },
  });
  expect(made).toMatchObject({ events: 1, blobs: 2, problems: [], encryption: 'recipients' });
  good = Buffer.concat(chunks);
  plain = await allOf(decrypted(chunksOf(good), { kind: 'identities', identities: [identity] }));
  const read: Part[] = [];
  for await (const { path, body } of filesOf(chunksOf(plain))) read.push({ path, bytes: await allOf(body) });
  parts = read;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => rmSync(home(), { recursive: true, force: true }));

const without = (path: string) => parts.filter((part) => part.path !== path);
const withText = (path: string, change: (text: string) => string) =>
  parts.map((part) => (part.path === path ? { path, bytes: Buffer.from(change(part.bytes.toString('utf8'))) } : part));
const manifest = (change: object) =>
  withText('manifest.json', (text) => JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
const text = (path: string, body = 'x'): Part => ({ path, bytes: Buffer.from(body) });

describe('a backup', () => {
  it('becomes a home, of which nothing but its owner’s part is readable', async () => {
    const restored = await restore(good);
    expect(restored).toMatchObject({ ledger: 'restored', events: 1, blobs: 2, problems: [] });
    const report = await verifyRecord({
      home: requireHome(environment()),
      environment: environment(),
      checkpoints: [],
    });
    expect(report).toMatchObject({ outcome: 'whole', size: 2 });
    await expect(restore(good)).rejects.toMatchObject({ code: 'HOME_EXISTS' });
  });

  it('overwrites no part of a home, and takes what an interrupted restore left', async () => {
    await restore(good);
    rmSync(join(home(), 'config.json'));
    await expect(restore(good)).rejects.toMatchObject({ code: 'HOME_REMAINS' });
    // A process that is no more.
    writeFileSync(join(home(), 'restoring.lock'), '99999999');
    await expect(
      initHome({ environment: environment(), checkpointPlaces: [], actor: 'me', now }),
    ).rejects.toMatchObject({ code: 'HOME_HALF_RESTORED' });
    expect(await restore(good)).toMatchObject({ ledger: 'restored', events: 1 });
    expect(existsSync(join(home(), 'restoring.lock'))).toBe(false);
  });

  it('of another record than the operator trusts is refused', async () => {
    const refused = restoreHome({
      ...{ environment: environment(), chunks: chunksOf(good), actor: 'me', now },
      key: { kind: 'identities', identities: [identity] },
      trusted: generateSigner('holdfast/other').verifierKey,
    });
    await expect(refused).rejects.toMatchObject({ code: 'BACKUP_KEY_FOREIGN' });
    expect(existsSync(home())).toBe(false);
  });

  it.each<[string, string, () => readonly Part[]]>([
    ['no files', 'BACKUP_INVALID', () => []],
    ['no manifest', 'BACKUP_INVALID', () => without('manifest.json')],
    ['no key', 'BACKUP_INVALID', () => without('keys/ledger.key')],
    ['no events', 'BACKUP_INVALID', () => without('ledger/leaves.jsonl')],
    ['no checkpoints', 'BACKUP_INVALID', () => without('ledger/checkpoints.jsonl')],
    ['a file behind the last', 'BACKUP_INVALID', () => [...parts, text('more')]],
    ['a name that leads out', 'BACKUP_INVALID', () => [text('../../etc/passwd'), ...parts]],
    [
      'a blob that leads out',
      'BACKUP_INVALID',
      () => [...parts.slice(0, 4), text('blobs/sha256/../../../x'), ...parts.slice(4)],
    ],
    [
      'a blob of another name',
      'BACKUP_INVALID',
      () => [...parts.slice(0, 4), text(`blobs/sha256/${'a'.repeat(64)}`), ...parts.slice(4)],
    ],
    [
      'a blob without a digest',
      'BACKUP_INVALID',
      () => [...parts.slice(0, 4), text('blobs/sha256/abc'), ...parts.slice(4)],
    ],
    ['a manifest that is no JSON', 'BACKUP_INVALID', () => withText('manifest.json', () => '{')],
    ['a manifest that is null', 'BACKUP_INVALID', () => withText('manifest.json', () => 'null')],
    ['a manifest without an end', 'BACKUP_INVALID', () => withText('manifest.json', () => ' '.repeat(70_000))],
    ['a manifest of a newer program', 'BACKUP_TOO_NEW', () => manifest({ version: 2 })],
    ['another size', 'LEDGER_RESTORE_INVALID', () => manifest({ size: 2 })],
    ['a size beyond all numbers', 'BACKUP_INVALID', () => manifest({ size: 1e300 })],
    ['another root', 'LEDGER_RESTORE_INVALID', () => manifest({ root: Buffer.alloc(32).toString('base64') })],
    ['another origin', 'BACKUP_INVALID', () => manifest({ origin: 'somebody' })],
    ['another public key', 'BACKUP_INVALID', () => withText('keys/ledger.pub', () => 'x')],
    ['a key that is none', 'BACKUP_INVALID', () => withText('keys/ledger.key', () => 'PRIVATE+KEY+x')],
    ['a configuration that is none', 'BACKUP_INVALID', () => withText('config.json', () => '{"version":9}')],
    ['a line without an end', 'BACKUP_INVALID', () => withText('ledger/leaves.jsonl', () => 'x'.repeat(1_000_000))],
    ['a checkpoint that is no text', 'BACKUP_INVALID', () => withText('ledger/checkpoints.jsonl', () => '{"a":1}\n')],
    [
      'a checkpoint that is cut',
      'BACKUP_INVALID',
      () => withText('ledger/checkpoints.jsonl', (all) => all.slice(0, -1)),
    ],
  ])('with %s is refused, and leaves nothing', async (_, code, change) => {
    await expect(restore(await locked(await archived(change())))).rejects.toMatchObject({ code });
    expect(existsSync(home())).toBe(false);
  });

  it('that is no archive is refused', async () => {
    await expect(restore(await locked(Buffer.alloc(2000, 1)))).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
    expect(existsSync(home())).toBe(false);
  });

  it('that is cut anywhere is refused, and leaves nothing', async () => {
    const cuts = fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
      await expect(restore(good.subarray(0, length))).rejects.toBeInstanceOf(HoldfastError);
      expect(existsSync(home())).toBe(false);
    });
    await fc.assert(cuts, { numRuns: runs(10), examples: [[0], [1], [200], [good.length - 1], [good.length - 17]] });
  });

  it('that was changed anywhere is refused, and leaves nothing', async () => {
    const changes = fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ by;
      await expect(restore(changed)).rejects.toBeInstanceOf(HoldfastError);
      expect(existsSync(home())).toBe(false);
    });
    await fc.assert(changes, { numRuns: runs(10) });
  });

  it('whose content was changed by somebody with the recipient is refused, or the same record', async () => {
    const changes = fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(plain.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
      fc.nat(plain.length),
      async (bytes, cut) => {
        const changed = Buffer.from(plain.subarray(0, cut % 3 === 0 ? cut : plain.length));
        for (const [at, by] of bytes) if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ by;
        try {
          expect(await restore(await locked(changed))).toMatchObject({ events: 1 });
          rmSync(home(), { recursive: true });
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
          expect(existsSync(home())).toBe(false);
        }
      },
    );
    await fc.assert(changes, { numRuns: runs(15) });
  });

  it('asks for what it is locked with', async () => {
    const withPassphrase = restoreHome({
      ...{ environment: environment(), chunks: chunksOf(good), actor: 'me', now },
      key: { kind: 'passphrase', passphrase: 'secret' },
    });
    await expect(withPassphrase).rejects.toMatchObject({ code: 'BACKUP_LOCKED_OTHERWISE' });
    const costly = Buffer.from(`age-encryption.org/v1\n-> scrypt ${'A'.repeat(22)} 30\n${'A'.repeat(43)}\n--- x\n`);
    await expect(restore(costly)).rejects.toMatchObject({ code: 'BACKUP_NOT_ONE' });
    await expect(restore(Buffer.from('hello'))).rejects.toMatchObject({ code: 'BACKUP_NOT_ONE' });
    const other = await generateIdentity();
    const withOther = restoreHome({
      ...{ environment: environment(), chunks: chunksOf(good), actor: 'me', now },
      key: { kind: 'identities', identities: [other] },
    });
    await expect(withOther).rejects.toMatchObject({ code: 'BACKUP_IDENTITY_WRONG' });
    expect(readdirSync(directory)).toEqual(['original']);
  });
});
