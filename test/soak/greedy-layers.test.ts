import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { paxOf, type TarFile, tarEntry } from '../fakes/tar.ts';
import { expectDecent } from '../harness/expect-ran.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

const MIB = 1024 * 1024;
const OS: TarFile = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID=12\n' };

interface Packed {
  readonly bytes: Buffer;
  readonly diffId: string;
}

/** A layer of these entries, gzip'd part by part, so that what shrinks well is never whole in memory. */
function packed(entries: Iterable<TarFile | Buffer>): Packed {
  const hash = createHash('sha256');
  const members: Buffer[] = [];
  let part: Buffer[] = [];
  let size = 0;
  const flush = () => {
    const bytes = Buffer.concat(part);
    hash.update(bytes);
    members.push(gzipSync(bytes, { level: 1 }));
    part = [];
    size = 0;
  };
  for (const entry of entries) {
    const bytes = Buffer.isBuffer(entry) ? entry : tarEntry(entry);
    part.push(bytes);
    size += bytes.length;
    if (size > 8 * MIB) flush();
  }
  part.push(Buffer.alloc(1024));
  flush();
  return { bytes: Buffer.concat(members), diffId: `sha256:${hash.digest('hex')}` };
}

function* times(count: number, make: (index: number) => readonly (TarFile | Buffer)[]): Generator<TarFile | Buffer> {
  yield OS;
  for (let index = 0; index < count; index += 1) yield* make(index);
}

/** A name of `length` characters that shares nothing with the one before. */
const odd = (index: number, length: number) =>
  `${String(index).split('').reverse().join('')}${'x'.repeat(length)}`.slice(0, length);
const long = (index: number, length: number, file: TarFile) => [
  paxOf({ path: `${odd(index, length)}/${file.name}` }),
  file,
];

/** What would take gigabytes if it were kept as it comes. */
const GREEDY: readonly (readonly [title: string, make: () => readonly Packed[]])[] = [
  ['two million entries with names of their own', () => [packed(times(2_000_000, (i) => [{ name: odd(i, 90) }]))]],
  ['names of 4 KB', () => [packed(times(100_000, (i) => long(i, 4000, { name: 'f' })))]],
  [
    'a million hard links',
    () => [packed(times(1_000_000, (i) => [{ name: `l/${odd(i, 90)}`, type: '1', link: 'etc/os-release' }]))],
  ],
  [
    'hard links with targets of 4 KB',
    () => [packed(times(100_000, (i) => [paxOf({ linkpath: odd(i, 4000) }), { name: odd(i, 50), type: '1' }]))],
  ],
  ['300,000 packages in files of their own', () => [packed(times(300_000, (i) => [npm(`p${i}`)]))]],
  ['300,000 whiteouts of 4 KB', () => [packed(times(300_000, (i) => long(i, 4000, { name: '.wh.x' })))]],
  [
    '300,000 opaque directories of 4 KB',
    () => [packed(times(300_000, (i) => long(i, 4000, { name: '.wh..wh..opq' })))],
  ],
  [
    'a status file of 20 MB in each of four layers',
    () => Array(4).fill(packed([OS, { name: 'var/lib/dpkg/status', body: statusOf(20 * MIB) }])),
  ],
  [
    'lists of owned files of 20 MB',
    () => [
      packed(
        times(12, (i) => [{ name: `var/lib/dpkg/info/p${i}.list`, body: Buffer.alloc(20 * MIB, '/usr/share/x\n') }]),
      ),
    ],
  ],
  [
    'rpm databases of 90 and 250 MB',
    () => rpmNames.map((name, at) => packed([OS, { name, body: Buffer.alloc((90 + at * 160) * MIB, 'x') }])),
  ],
  ['an apk database of 60 MB', () => [packed([OS, { name: 'lib/apk/db/installed', body: apkOf(60 * MIB) }])]],
  [
    'lock files of 60 MB',
    () => [packed(times(4, (i) => [{ name: `${i}/package-lock.json`, body: lockOf(60 * MIB) }]))],
  ],
  ['a thousand sparse files', () => [packed(times(1000, () => sparse('var/lib/dpkg/status', 60 * MIB)))]],
  [
    'a thousand layers',
    () => Array.from({ length: 1000 }, (_, at) => packed(times(2000, (i) => [{ name: odd(i * 1000 + at, 90) }]))),
  ],
  [
    'directories that give way again and again',
    () => [packed(times(300_000, (i) => [npm(`d${i}/node_modules/x`), { name: `d${i}` }]))],
  ],
  [
    'directories 255 deep',
    () => [packed(times(50_000, (i) => long(i, 3, { name: `${'d/'.repeat(250)}${odd(i, 9)}` })))],
  ],
  ['problems without end', () => [packed(times(500_000, (i) => [{ name: `../${odd(i, 90)}` }]))]],
];
const rpmNames = ['var/lib/rpm/Packages', 'usr/lib/sysimage/rpm/Packages'];

const npm = (directory: string): TarFile => ({
  name: `${directory.includes('/') ? directory : `app/node_modules/${directory}`}/package.json`,
  body: `{"name":"${directory.replaceAll('/', '-')}","version":"1.0.0","license":"MIT"}`,
});
function statusOf(sizeBytes: number): Buffer {
  const stanza = 'Package: p\nStatus: a b installed\nVersion: 1\n\n';
  return Buffer.alloc(sizeBytes, stanza);
}
function apkOf(sizeBytes: number): Buffer {
  return Buffer.alloc(sizeBytes, 'P:p\nV:1-r0\nA:x86_64\no:p\nF:usr/bin\nR:p\n\n');
}
function lockOf(sizeBytes: number): Buffer {
  const head = '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0"}';
  return Buffer.concat([Buffer.from(head), Buffer.alloc(sizeBytes, ',"b":{"version":"1.0.0"}'), Buffer.from('}}')]);
}
const sparse = (name: string, realSizeBytes: number): readonly TarFile[] => [
  paxOf({
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': name,
    'GNU.sparse.realsize': `${realSizeBytes}`,
  }),
  { name, body: `0\n${'\0'.repeat(510)}` },
];

describe('layers that would take all memory end in bounded memory and time', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = startBench();
  });
  afterAll(() => bench.remove());

  test.each(GREEDY)('%s', async (_, make) => {
    const steps = make().map((layer) => ({ instruction: 'ADD', ...layer }));
    writeFileSync(bench.path('greedy.tar'), dockerArchive({ tag: 'greedy:1', steps }));
    const ran = await bench.run(
      ['scan', 'docker-archive:greedy.tar', '--files', '--format', 'json=report.json', '--quiet'],
      {
        limitMs: 300_000,
      },
    );
    expectDecent(ran);
  });
});
