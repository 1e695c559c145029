import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOpaqueDirectories } from '#base/engine/storage/tar-split.ts';

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

const header = { type: 2, payload: Buffer.alloc(512, '.wh..wh..opq').toString('base64'), position: 0 };
const lines = (...entries: readonly unknown[]) => gzipSync(entries.map((entry) => JSON.stringify(entry)).join('\n'));
const file = (name: string) => ({ type: 1, name, size: 0, payload: null, position: 1 });

test('finds the markers and nothing else', async () => {
  const path = record(
    lines(
      header,
      file('etc/'),
      file('etc/.wh..wh..opq'),
      file('./opt/a b/"c"/.wh..wh..opq'),
      file('etc/.wh.gone'),
      file('not.wh..wh..opq'),
      file('.wh..wh..opq/inside'),
      { type: 1, name_raw: Buffer.from('caf\u00e9/.wh..wh..opq', 'latin1').toString('base64'), position: 9 },
      header,
    ),
  );
  expect(await readOpaqueDirectories(path)).toEqual(['caf\ufffd', 'etc', 'opt/a b/"c"']);
});

test('the root itself can be opaque, and a name that leaves the root is passed over', async () => {
  expect(await readOpaqueDirectories(record(lines(file('.wh..wh..opq'), file('../x/.wh..wh..opq'))))).toEqual(['']);
});

test('Go escapes some characters of names', async () => {
  const line = '{"type":1,"name":"a\\u0026b\\u003c\\u003e/.wh..wh..opq","position":1}';
  expect(await readOpaqueDirectories(record(gzipSync(`${line}\n`)))).toEqual(['a&b<>']);
});

test('a marker is found wherever the pieces of a large record are cut', async () => {
  const filler = Array.from({ length: 4000 }, (_, index) => ({ ...header, position: index }));
  const entries = Array.from({ length: 50 }, (_, index) => [
    ...filler.slice(0, 80 + index * 3),
    file(`dir-${index}/.wh..wh..opq`),
  ]).flat();
  const found = await readOpaqueDirectories(record(lines(...entries)));
  expect(found).toHaveLength(50);
});

test('what cannot be understood is said, never guessed', async () => {
  const whole = lines(header, file('etc/.wh..wh..opq'), header, header);
  const bad = [
    'not gzip',
    whole.subarray(0, whole.length - 12),
    gzipSync('{"type":1,"name":"etc/.wh..wh..opq'),
    gzipSync('"name_raw" .wh..wh..opq'),
    gzipSync(Buffer.alloc(9 * 1024 * 1024, 'x')),
  ];
  for (const bytes of bad) {
    await expect(readOpaqueDirectories(record(bytes))).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
  }
  await expect(readOpaqueDirectories(join(directory, 'absent'))).rejects.toMatchObject({
    code: 'ENGINE_STORAGE_UNREADABLE',
  });
  symlinkSync(record(whole), join(directory, 'link'));
  await expect(readOpaqueDirectories(join(directory, 'link'))).rejects.toMatchObject({
    code: 'ENGINE_STORAGE_UNREADABLE',
  });
});

test('hostile records give directories inside the root, or the one error', async () => {
  const name = fc.oneof(
    fc.string(),
    fc.string().map((text) => `${text}/.wh..wh..opq`),
    fc.constant('.wh..wh..opq'),
  );
  const entry = fc.oneof(fc.record({ name }), fc.record({ name_raw: fc.base64String() }), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 20 }), async (entries) => {
      const found = await readOpaqueDirectories(record(lines(...entries))).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
        return [];
      });
      for (const path of found) expect(path.split('/')).not.toContain('..');
    }),
    { numRuns: 200 },
  );
});
