import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RecordedPiece, readTarSplit } from '#base/engine/storage/tar-split.ts';
import { recordLines } from '../../../../test/fakes/tar-split.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-tar-split-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function record(bytes: Buffer | string): string {
  const path = join(directory, 'tar-split.json.gz');
  writeFileSync(path, bytes);
  return path;
}

async function read(bytes: Buffer | string): Promise<readonly RecordedPiece[]> {
  const pieces: RecordedPiece[] = [];
  for await (const some of readTarSplit(record(bytes))) {
    for (const piece of some)
      pieces.push(piece.kind === 'file' ? piece : { ...piece, bytes: Buffer.from(piece.bytes) });
  }
  return pieces;
}

/** Files by name and size, bytes by their number. */
const noted = (pieces: readonly RecordedPiece[]) =>
  pieces.map((piece) => (piece.kind === 'file' ? [piece.name, piece.sizeBytes] : piece.bytes.length));

const lines = (...entries: readonly unknown[]) => gzipSync(entries.map((entry) => JSON.stringify(entry)).join('\n'));
const unreadable = { code: 'ENGINE_STORAGE_UNREADABLE' };

test('gives headers as bytes and files by their names, in order', async () => {
  const files = [
    { name: 'etc/', type: '5' },
    { name: 'etc/a', body: 'hello' },
    { name: 'etc/empty' },
    { name: 'etc/b', body: 'x'.repeat(512) },
  ];
  expect(noted(await read(gzipSync(recordLines(files).join('\n'))))).toEqual([
    512,
    512,
    ['etc/a', 5],
    507 + 512,
    512,
    ['etc/b', 512],
    1024,
  ]);
});

test('names with escapes, with quotes, and names that are not UTF-8', async () => {
  const names = ['a "b" \\ c', 'a&b<>', 'caf\u00e9', 'tab\t'].map((name) => ({ type: 1, name, size: 1, payload: '' }));
  const raw = { type: 1, name_raw: Buffer.from([0x61, 0xff]).toString('base64'), size: 2, payload: '', position: 0 };
  const escaped = '{"type":1,"name":"x\\u0026y","size":3,"payload":""}';
  const found = await read(gzipSync([...[...names, raw].map((entry) => JSON.stringify(entry)), escaped].join('\n')));
  expect(noted(found)).toEqual([...names.map(({ name }) => [name, 1]), [Buffer.from([0x61, 0xff]), 2], ['x&y', 3]]);
});

test('members in another order mean the same', async () => {
  const found = await read(lines({ position: 0, payload: 'AAAA', type: 2 }, { size: 4, name: 'x', type: 1 }));
  expect(noted(found)).toEqual([3, ['x', 4]]);
});

test('a record of several megabytes is read wherever its pieces are cut', async () => {
  const files = Array.from({ length: 3000 }, (_, index) => ({ name: `file-${index}`, body: 'x'.repeat(index % 700) }));
  const pieces = await read(gzipSync(recordLines(files).join('\n')));
  const named = pieces.filter((piece) => piece.kind === 'file');
  expect(named.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual(
    files.filter(({ body }) => body !== '').map(({ name, body }) => [name, body.length]),
  );
  const bytes = pieces.reduce((sum, piece) => sum + (piece.kind === 'file' ? piece.sizeBytes : piece.bytes.length), 0);
  expect(bytes % 512).toBe(0);
});

test('what cannot be understood is said, never guessed', async () => {
  const whole = gzipSync(recordLines([{ name: 'x', body: 'y' }]).join('\n'));
  const bad = [
    '',
    'not gzip',
    whole.subarray(0, whole.length - 12),
    gzipSync('{"type":1,"name":"x'),
    gzipSync('{"type":3}'),
    gzipSync('[]'),
    gzipSync('{"type":1,"name":"x","size":-1}'),
    gzipSync('{"type":1,"name":"x","size":1e300}'),
    gzipSync('{"type":1,"size":5}'),
    gzipSync(Buffer.alloc(9 * 1024 * 1024, 'x')),
  ];
  for (const bytes of bad) await expect(read(bytes)).rejects.toMatchObject(unreadable);
  const consume = async (path: string) => {
    for await (const _ of readTarSplit(path));
  };
  await expect(consume(join(directory, 'absent'))).rejects.toMatchObject(unreadable);
  symlinkSync(record(whole), join(directory, 'link'));
  await expect(consume(join(directory, 'link'))).rejects.toMatchObject(unreadable);
});

test('hostile records give pieces, or the one error', async () => {
  const line = fc.oneof(
    fc
      .record({ type: fc.constantFrom(1, 2, 3), name: fc.string(), size: fc.integer() }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    fc
      .record({ type: fc.constant(2), payload: fc.oneof(fc.base64String(), fc.string()) })
      .map((value) => JSON.stringify(value)),
    fc.string().map((text) => `{"type":1,"name":"${text}`),
    fc.string().map((text) => `{"type":2,"payload":"${text}`),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (some) => {
      const pieces = await read(gzipSync(some.join('\n'))).catch((error: unknown) => {
        expect(error).toMatchObject(unreadable);
        return [];
      });
      for (const piece of pieces) if (piece.kind === 'file') expect(piece.sizeBytes).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 60 },
  );
});
