import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTarRange } from '#base/tar/read-range.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import { readRecordedLayer } from '#image/read-recorded-layer.ts';
import { withWhiteouts } from '#image/whiteouts.ts';
import { paxOf, tarOf } from '../../test/fakes/tar.ts';
import { type RecordedFile, recordLines, unpackRecorded } from '../../test/fakes/tar-split.ts';
import { runs } from '../../test/harness/runs.ts';

let scratch: string;
let layer: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-recorded-'));
  layer = join(scratch, 'layer');
  mkdirSync(layer);
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** Everything the visitor is told, in order. Programs are read in parts, the rest whole. */
function noting(limitBytes = 1024): { visitor: LayerVisitor; seen: unknown[] } {
  const seen: unknown[] = [];
  const visitor: LayerVisitor = {
    whiteout: (path) => seen.push(['whiteout', path]),
    opaque: (path) => seen.push(['opaque', path]),
    problem: ({ code }) => seen.push(['problem', code]),
    entry: (entry) => {
      seen.push(entry);
      if (entry.type !== 'file' || entry.path.endsWith('unwanted')) return undefined;
      if ((entry.mode & 0o100) === 0) {
        const done = (bytes: Buffer) => seen.push(['whole', entry.path, bytes.toString('latin1')]);
        return { kind: 'whole', limitBytes, done, tooLarge: () => seen.push(['too large', entry.path]) };
      }
      const stream = () => {
        throw new Error('any offset can be read here');
      };
      return { kind: 'random', stream, read: (at) => seen.push(['part', entry.path, at(1, 3).toString('latin1')]) };
    },
  };
  return { visitor, seen };
}

async function recorded(files: readonly RecordedFile[], limitBytes?: number): Promise<readonly unknown[]> {
  const { visitor, seen } = noting(limitBytes);
  await readRecordedLayer(layer, unpackRecorded(layer, files), visitor);
  return seen;
}

function archived(files: readonly RecordedFile[], limitBytes?: number): readonly unknown[] {
  const bytes = tarOf(files);
  const path = join(scratch, 'layer.tar');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  try {
    const { visitor, seen } = noting(limitBytes);
    readTarRange(fd, 0, bytes.length, withWhiteouts(visitor));
    return seen;
  } finally {
    closeSync(fd);
  }
}

const FILES: readonly RecordedFile[] = [
  { name: 'etc/', type: '5', mode: 0o755 },
  { name: 'etc/.wh..wh..opq' },
  { name: 'etc/.wh.gone' },
  { name: 'etc/passwd', body: 'root:x' },
  { name: 'etc/link', type: '2', link: '../usr/lib/os-release' },
  { name: 'etc/same', type: '1', link: 'etc/passwd' },
  { name: 'etc/block', body: 'x'.repeat(512) },
  { name: 'etc/empty' },
  { name: 'etc/large', body: 'x'.repeat(2000) },
  { name: 'bin/tool', body: 'program', mode: 0o755 },
  { name: 'bin/nothing', mode: 0o755 },
  { name: 'bin/unwanted', body: 'never opened', mode: 0o755 },
  paxOf({ path: `long/${'n'.repeat(200)}` }),
  { name: 'long/cut', wholeName: `long/${'n'.repeat(200)}`, body: 'long' },
  { name: 'dev/fifo', type: '6' },
];

test('a recorded layer is told from its archive by nothing', async () => {
  const seen = await recorded(FILES);
  expect(seen).toEqual(archived(FILES));
  expect(seen).toContainEqual(['opaque', 'etc']);
  expect(seen).toContainEqual(['whiteout', 'etc/gone']);
  expect(seen).toContainEqual(['too large', 'etc/large']);
  expect(seen).toContainEqual(['part', 'bin/tool', 'rog']);
});

test('any list of files reads like its archive', async () => {
  const file = fc.record({
    name: fc.stringMatching(/^[a-c]{1,2}(\/[a-c]{1,3}){0,2}-f$/),
    body: fc.string({ maxLength: 1500 }).map((text) => Buffer.from(text)),
    mode: fc.constantFrom(0o644, 0o755),
  });
  const files = fc.uniqueArray(file, { selector: ({ name }) => name, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(files, async (some) => {
      rmSync(layer, { recursive: true });
      mkdirSync(layer);
      // An archive without a single entry is none, to both.
      const all = [{ name: 'first/', type: '5' }, ...some];
      expect(await recorded(all)).toEqual(archived(all));
    }),
    { numRuns: runs(30) },
  );
});

test('a name that is not UTF-8 is read by its bytes', async () => {
  const wholeName = Buffer.from([0x63, 0xe9]);
  const seen = await recorded([{ name: 'c', wholeName, body: 'bytes' }]);
  expect(seen).toContainEqual(['whole', 'c', 'bytes']);
});

const unreadable = { code: 'ENGINE_STORAGE_UNREADABLE' };

test('a directory that does not fit its record is left to the export', async () => {
  const files = [{ name: 'etc/passwd', body: 'root:x' }];
  const record = unpackRecorded(layer, files);
  const read = () => readRecordedLayer(layer, record, noting().visitor);
  await read();
  writeFileSync(join(layer, 'etc/passwd'), 'other size');
  await expect(read()).rejects.toMatchObject(unreadable);
  unlinkSync(join(layer, 'etc/passwd'));
  await expect(read()).rejects.toMatchObject(unreadable);
  symlinkSync('/etc/hostname', join(layer, 'etc/passwd'));
  await expect(read()).rejects.toMatchObject(unreadable);
  unlinkSync(join(layer, 'etc/passwd'));
  mkdirSync(join(layer, 'etc/passwd'));
  await expect(read()).rejects.toMatchObject(unreadable);
});

test('a file that nobody wants need not be there', async () => {
  const record = unpackRecorded(layer, [{ name: 'unwanted', body: 'x' }]);
  unlinkSync(join(layer, 'unwanted'));
  const { visitor, seen } = noting();
  await readRecordedLayer(layer, record, visitor);
  expect(seen).toHaveLength(1);
});

test('a link above a file does not lead out of the layer', async () => {
  const outside = join(scratch, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync(outside, join(layer, 'link'));
  const record = `${layer}.tar-split.gz`;
  writeFileSync(record, gzipSync(recordLines([{ name: 'link/secret', body: 'secret' }]).join('\n')));
  await expect(readRecordedLayer(layer, record, noting().visitor)).rejects.toMatchObject(unreadable);
});

test('sizes that differ between header and record are left to the export', async () => {
  for (const sizeBytes of [0, 1, 5, 7, 512, 5000]) {
    const lines = recordLines([
      { name: 'a', body: 'abcdef', sizeBytes },
      { name: 'b', body: 'after' },
    ]);
    const record = `${layer}.tar-split.gz`;
    writeFileSync(record, gzipSync(lines.join('\n')));
    writeFileSync(join(layer, 'a'), 'abcdef');
    writeFileSync(join(layer, 'b'), 'after');
    const { visitor, seen } = noting();
    const outcome = await readRecordedLayer(layer, record, visitor).then(
      () => 'read',
      (error: unknown) => error,
    );
    // Either refused, or the reader of the tar itself said that it is damaged.
    if (outcome === 'read') expect(seen).toContainEqual(['problem', expect.stringMatching(/^TAR_/)]);
    else expect(outcome).toMatchObject(unreadable);
  }
});
