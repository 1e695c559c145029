import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergedEntries } from '#inventory/merge/merged-entries.ts';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { readBytes } from '../fakes/read-archive.ts';
import { paxOf, sealHeader, type TarFile, tarEntry } from '../fakes/tar.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { needs } from '../harness/skip.ts';

const dir = (name: string): TarFile => ({ name, type: '5', mode: 0o755 });
const file = (name: string, body = name): TarFile => ({ name, body });
const link = (name: string, target: string, type = '1'): TarFile => ({ name, type, link: target });
const global = (records: Readonly<Record<string, string>>): TarFile => ({ ...paxOf(records), type: 'g' });

function withPrefix(magic: string, name: string): Buffer {
  const bytes = tarEntry(file(name));
  bytes.write(magic, 257, 'latin1');
  bytes.write('some/prefix', 345);
  sealHeader(bytes.subarray(0, 512));
  return bytes;
}

const BASE: readonly (TarFile | Buffer)[] = [
  dir('low/'),
  file('low/kept'),
  file('low/deleted'),
  dir('low/sub/'),
  file('low/sub/x'),
  dir('hidden/'),
  file('hidden/x'),
  dir('becomes-file/'),
  file('becomes-file/x'),
  dir('becomes-link/'),
  file('becomes-link/x'),
  file('becomes-dir'),
  file('implied-over-file'),
  dir('again/'),
  file('again/old'),
];

/** Each a layer of its own above the base. Layers that name a path twice are refused by the engine. */
const ODD: readonly (readonly [title: string, entries: readonly (TarFile | Buffer)[]])[] = [
  ['global headers', [global({ path: 'everywhere', size: '1' }), file('g1'), file('g2')]],
  ['a pax header before a global one', [paxOf({ path: 'forgotten' }), global({ comment: 'x' }), file('real')]],
  ['two pax headers', [paxOf({ path: 'first' }), paxOf({ comment: 'x' }), file('real')]],
  [
    'a pax name and a GNU name',
    [paxOf({ path: 'pax' }), { name: '././@LongLink', type: 'L', body: 'gnu\0' }, file('cut')],
  ],
  [
    'a GNU name and a pax name',
    [{ name: '././@LongLink', type: 'L', body: 'gnu\0' }, paxOf({ path: 'pax' }), file('cut')],
  ],
  [
    'files whose names end in a slash',
    [file('slash/'), { ...file('old/', ''), type: '\0' }, { ...file('o'), type: '\0' }],
  ],
  [
    'a prefix in ustar and in GNU form',
    [withPrefix('ustar\x0000', 'name'), withPrefix('ustar  \0', 'of-an-old-engine')],
  ],
  ['directories that are not listed', [file('deep/er/and/deeper')]],
  ['odd ways to write a name', [file('./dot'), file('/absolute'), file('a//b/./c'), file('a/x/../y')]],
  ['hard links', [file('h'), link('h2', 'h'), link('h3', './h2')]],
  [
    'links and directories that claim a size',
    [{ ...link('s', 'x', '2'), sizeBytes: 512 }, { ...dir('d/'), sizeBytes: 512 }, file('after')],
  ],
  [
    'whiteouts',
    [
      file('low/.wh.deleted', ''),
      file('low/.wh.sub', ''),
      file('again/.wh.old', ''),
      file('again/new'),
      file('.wh.hidden', ''),
    ],
  ],
  ['an opaque directory', [dir('hidden/'), file('hidden/.wh..wh..opq', ''), file('hidden/y')]],
  [
    'things in the place of others',
    [file('becomes-file'), link('becomes-link', 'low', '2'), dir('becomes-dir/'), file('becomes-dir/x')],
  ],
  ['a directory that is not listed in the place of a file', [file('implied-over-file/x')]],
  [
    'a sparse file',
    [
      paxOf({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'sparse',
        'GNU.sparse.realsize': '7',
      }),
      { name: 'GNUSparseFile.0/sparse', body: `${'2\n1\n2\n5\n1\n'.padEnd(512, '\0')}abc` },
    ],
  ],
];

needs('engine', 'tar')('odd archives of layers', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-odd-'));
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine?.stop();
    rmSync(scratch, { recursive: true });
  });

  const layer = (entries: readonly (TarFile | Buffer)[]) =>
    Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))), Buffer.alloc(1024)]);

  test.each(ODD.map(([title, entries], index) => [title, entries, index] as const))(
    '%s mean what they mean to the engine',
    async (_, entries, index) => {
      const steps = [BASE, entries].map((files) => ({ instruction: 'ADD', bytes: layer(files) }));
      const archive = dockerArchive({ tag: `odd:${index}`, steps });
      const path = join(scratch, `${index}.tar`);
      writeFileSync(path, archive);
      await engine.docker('load', '--quiet', '--input', path);
      await engine.docker('create', '--name', `odd-${index}`, `odd:${index}`, 'none');
      await engine.docker('export', '--output', path, `odd-${index}`);
      const listing = execFileSync('tar', ['--list', '--verbose', '--file', path], { encoding: 'utf8' });
      const types: Readonly<Record<string, string>> = { '-': 'file', d: 'directory', l: 'symlink', h: 'file' };
      const expected = listing
        .trimEnd()
        .split('\n')
        .map((line) => {
          const [, kind = '', size = '', name = ''] =
            /^(.)\S+ \S+ +(\d+) \S+ \S+ (.*?)\/?(?: -> .*| link to .*)?$/.exec(line) ?? [];
          return `${types[kind] ?? 'other'} ${name}${kind === '-' ? ` ${size}` : ''}`;
        });
      const { layers } = await readBytes(archive, 'plain');
      const linked = new Set(expected.filter((line) => /^file \S+$/.test(line)).map((line) => line.slice(5)));
      const actual = [...mergedEntries(layers.map(({ result }) => result)).values()].map(
        ({ path: at, type, sizeBytes }) => `${type} ${at}${type === 'file' && !linked.has(at) ? ` ${sizeBytes}` : ''}`,
      );
      const engines =
        /^\S+ (?:\.dockerenv|dev|etc|proc|sys|dev\/.*|etc\/(?:hostname|hosts|mtab|resolv\.conf))(?: \d+)?$/;
      expect(actual.sort()).toEqual(expected.filter((line) => !engines.test(line)).sort());
      expect(layers.flatMap(({ result }) => result.problems)).toEqual([]);
    },
  );
});
