import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { FeedItem } from '#advisory/feeds/feed.ts';
import { feeds } from '#advisory/feeds/list.ts';
import { jsonDocuments } from '#advisory/input/documents.ts';
import { readInputs } from '#advisory/input/read-inputs.ts';
import { makeZip } from '#base/zip/zip.fixture.ts';
import { HoldfastError } from '#core/errors.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const root = mkdtempSync(join(tmpdir(), 'holdfast-inputs-'));
afterAll(() => rmSync(root, { recursive: true }));
let files = 0;

function file(bytes: string | Buffer, name = 'data'): string {
  files += 1;
  const path = join(root, String(files), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

function record(id: string): string {
  const range = { type: 'SEMVER', events: [{ introduced: '0' }] };
  return JSON.stringify({
    id,
    modified: '2024-01-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'npm', name: 'p' }, ranges: [range] }],
  });
}

async function read(...paths: string[]) {
  const items: FeedItem[] = [];
  const orders: number[] = [];
  const take = (item: FeedItem, order: number) => {
    items.push(item);
    orders.push(order);
  };
  const { sources, problems } = await readInputs(paths, { feeds, take });
  const names = items.map((item) => (item.kind === 'advisory' ? item.advisory.id : item.cve));
  return { names, orders, sources, problems };
}

const TWO = ['A-1', 'A-2'];
const PRETTY = JSON.stringify(
  TWO.map((id) => JSON.parse(record(id)) as unknown),
  null,
  2,
);
const ZIP = makeZip([
  { name: 'dir/', bytes: Buffer.alloc(0), stored: true },
  { name: 'dir/A-1.json', bytes: Buffer.from(record('A-1')) },
  { name: 'dir/A-2.json', bytes: Buffer.from(JSON.stringify(JSON.parse(record('A-2')), null, 2)) },
]);

describe('an input is told by its content', () => {
  it.each<[string, string | Buffer]>([
    ['JSON lines', `${record('A-1')}\n${record('A-2')}\n`],
    [
      'JSON lines that end without a newline, with blank lines and a mark',
      `\ufeff\n${record('A-1')}\r\n\r\n${record('A-2')}`,
    ],
    ['an array on one line', `[${record('A-1')},${record('A-2')}]`],
    ['a pretty array', PRETTY],
    ["the API's answer", `{"vulns":[${record('A-1')},${record('A-2')}]}`],
    ['compressed lines', gzipSync(`${record('A-1')}\n${record('A-2')}\n`)],
    ['lines compressed in two members', Buffer.concat([gzipSync(`${record('A-1')}\n`), gzipSync(record('A-2'))])],
    ['a ZIP archive', ZIP],
  ])('%s', async (_, bytes) => {
    expect(await read(file(bytes))).toMatchObject({ names: TWO, problems: [] });
  });

  it('a single record, pretty or not', async () => {
    expect((await read(file(record('A-1')), file(JSON.stringify(JSON.parse(record('A-2')), null, 1)))).names).toEqual(
      TWO,
    );
  });

  it('scores as CSV', async () => {
    const csv =
      '#model_version:v2023.03.01,score_date:2025-02-20T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0001,0.1,0.2\nbroken\n';
    const { names, problems } = await read(file(gzipSync(csv)));
    expect(names).toEqual(['CVE-1999-0001']);
    expect(problems).toHaveLength(1);
  });

  it('feeds mixed in one directory, in the order of their names, with what is not data left alone', async () => {
    const directory = dirname(file(record('B-1'), 'b.json'));
    writeFileSync(join(directory, 'a.jsonl.gz'), gzipSync(`${record('A-1')}\n`));
    writeFileSync(join(directory, 'c.zip'), ZIP);
    writeFileSync(join(directory, 'README.md'), 'nothing');
    mkdirSync(join(directory, '.git'));
    writeFileSync(join(directory, '.git', 'x.json'), record('X-1'));
    symlinkSync(directory, join(directory, 'again'));
    const { names, orders, problems } = await read(directory);
    expect(names).toEqual(['A-1', 'B-1', 'A-1', 'A-2']);
    expect(orders).toEqual([1, 2, 3, 3]);
    expect(problems).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it('in one record is listed, and the others count', async () => {
    const bad = Array.from({ length: 30 }, (_, at) => `{"id":${at},"affected":[]}`);
    const { names, problems } = await read(file([record('A-1'), ...bad, '{"broken', '[1]', record('A-2')].join('\n')));
    expect(names).toEqual(TWO);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toBe('12 more like these, 32 in all');
  });

  it('in a directory is listed, and the others count', async () => {
    const directory = dirname(file(record('A-1'), 'a.json'));
    writeFileSync(join(directory, 'b.json'), `[${record('A-2')},${record('A-3').slice(0, 40)}`);
    writeFileSync(join(directory, 'c.zip'), ZIP.subarray(0, 200));
    writeFileSync(join(directory, 'd.json'), 'garbage');
    const { names, problems } = await read(directory);
    expect(names).toEqual(TWO);
    expect(problems.map(({ code }) => code)).toEqual([
      'ADVISORY_INPUT_UNREADABLE',
      'ZIP_CORRUPT',
      'ADVISORY_RECORD_INVALID',
    ]);
  });

  it("as the record of an archive's entry is listed, and the others count", async () => {
    const zip = makeZip([
      { name: 'a.json', bytes: Buffer.from(record('A-1').slice(0, -5)) },
      { name: 'b.json', bytes: Buffer.from(record('A-2')) },
    ]);
    const { names, problems } = await read(file(zip));
    expect(names).toEqual(['A-2']);
    expect(problems.map(({ code }) => code)).toEqual(['ADVISORY_RECORD_INVALID']);
  });

  it('since an entry is not what was packed, fails the archive', async () => {
    const zip = makeZip([
      { name: 'a.json', bytes: Buffer.from(record('A-1')) },
      { name: 'b.json', bytes: Buffer.from(record('A-2')), lies: { crc32: 1 } },
    ]);
    const path = file(zip);
    await expect(read(path)).rejects.toMatchObject({
      code: 'ZIP_ENTRY_INVALID',
      path,
      hint: expect.any(String) as string,
    });
  });

  it.each([ZIP, PRETTY, record('A-1')])('is not what cannot be written: that error stays as it is', async (bytes) => {
    const full = new HoldfastError('FILE_NOT_WRITTEN', 'made.db cannot be written: ENOSPC', { path: 'made.db' });
    const path = file(bytes, 'a.json');
    const take = () => {
      throw full;
    };
    for (const from of [path, dirname(path)]) await expect(readInputs([from], { feeds, take })).rejects.toBe(full);
  });

  it('as it holds too much on one line is refused, and what follows is read', async () => {
    const directory = dirname(file(gzipSync(`${record('A-1')}\n${' '.repeat(70_000_000)}`), 'a.json.gz'));
    writeFileSync(join(directory, 'b.json'), `{"a":"${'x'.repeat(9_000_000)}"}`);
    writeFileSync(join(directory, 'c.json'), PRETTY);
    const { names, problems } = await read(directory);
    expect(names).toEqual(['A-1', ...TWO]);
    expect(problems.map(({ code }) => code)).toEqual(['ADVISORY_INPUT_LIMIT', 'ADVISORY_INPUT_LIMIT']);
  });

  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'ADVISORY_INPUT_UNKNOWN'],
    ['no JSON', 'hello\nworld\n', 'ADVISORY_INPUT_UNKNOWN'],
    ['other JSON', '{"hello":"world"}', 'ADVISORY_INPUT_UNKNOWN'],
    ['an array of numbers', '[1,2,3]', 'ADVISORY_INPUT_UNKNOWN'],
    ['an empty archive', makeZip([]), 'ADVISORY_INPUT_UNKNOWN'],
    ['half an array', PRETTY.slice(0, -20), 'ADVISORY_INPUT_UNREADABLE'],
    ['half an archive', ZIP.subarray(0, -30), 'ZIP_CORRUPT'],
    ['half a compressed file', gzipSync(PRETTY).subarray(0, -12), 'GZIP_CORRUPT'],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'ADVISORY_INPUT_UNREADABLE'],
  ])('and is all there is, fails with its name: %s', async (_, bytes, code) => {
    const path = file(bytes);
    await expect(read(path)).rejects.toMatchObject({ code, path, message: expect.stringContaining(path) as string });
  });

  it('since it is not there, fails as a mistake of the call', async () => {
    await expect(read(join(root, 'missing'))).rejects.toMatchObject({ code: 'ADVISORY_INPUT_MISSING', kind: 'usage' });
  });
});

it('names its sources by what tells them apart', async () => {
  const [a, b, c] = [
    file(record('A-1'), 'npm/all.zip'),
    file(record('A-2'), 'PyPI/all.zip'),
    file(record('A-3'), 'x.json'),
  ];
  expect((await read(a, b, c)).sources).toEqual(['npm/all.zip', 'PyPI/all.zip', 'x.json']);
});

describe('a large JSON document', () => {
  const lists = new Set(['vulns']);
  /** Beyond what is parsed at once, by the number of its values. */
  const many = `[${'[],'.repeat(1_000_001)}0]`;
  const documents = (text: string) => [...jsonDocuments(Buffer.from(text), lists)];

  it('of objects is given in parts, and a large one of those in parts again', () => {
    const text = `{"a":{"x":{"n":1},"y":{"n":${many}},"__proto__":{"n":2}},"b":{"c":1},"d":[${many}]}`;
    expect(documents(text)).toEqual([
      { value: { a: { x: { n: 1 } } } },
      { tooLarge: expect.stringContaining('The member "y" of "a" of 3000012 bytes at byte 22 was left out') as string },
      { value: { a: { ['__proto__']: { n: 2 } } } },
      { value: { b: { c: 1 } } },
      { tooLarge: expect.stringContaining('The member "d" of 3000008 bytes') as string },
    ]);
  });

  it('that lists records is given by them', () => {
    expect(documents(`{"next":{},"vulns":[{"id":1},{"id":"X","n":${many}},{"id":2}]}`.replace('{}', '0'))).toEqual([
      { value: { vulns: [{ id: 1 }] } },
      { tooLarge: expect.stringContaining('The record "X"') as string },
      { value: { vulns: [{ id: 2 }] } },
    ]);
  });

  it('that is one record, by its text or by its values, is named and left out', () => {
    const long = { id: 'X', affected: 'x'.repeat(9_000_000) };
    for (const text of [JSON.stringify(long), `{"affected":${many},"id":"X"}`]) {
      expect(documents(text)).toEqual([{ tooLarge: expect.stringContaining('The record "X"') as string }]);
    }
  });

  it('costs only what is too large in it', async () => {
    const large = `{"id":"X-1","affected":${many}}`;
    for (const [text, where] of [
      [`[${record('A-1')},${large},${record('A-2')}]`, /^The record "X-1"/],
      [`${record('A-1')}\n${large}\n${record('A-2')}\n`, /^Line 2: The record "X-1"/],
    ] as const) {
      const { names, problems } = await read(file(text));
      expect(names).toEqual(TWO);
      expect(problems).toMatchObject([
        { code: 'ADVISORY_INPUT_LIMIT', message: expect.stringMatching(where) as string },
      ]);
    }
  });

  it('as an entry of an archive is read in pieces', async () => {
    const filler = Buffer.alloc(5_000_000, ' ').toString();
    const entry = { name: 'a.json', bytes: Buffer.from(`[${record('A-1')},${filler}${record('A-2')}]`) };
    for (const stored of [false, true]) {
      expect(await read(file(makeZip([{ ...entry, stored }])))).toMatchObject({ names: TWO, problems: [] });
      for (const lies of [{ crc32: 1 }, { sizeBytes: 5_000_000 }, { sizeBytes: 6_000_000 }]) {
        const damaged = file(makeZip([{ ...entry, stored, lies }]));
        await expect(read(damaged)).rejects.toMatchObject({ code: 'ZIP_ENTRY_INVALID' });
      }
    }
  });
});

describe('one thing that is wrong costs nothing that follows', () => {
  const states = { bookworm: { status: 'resolved', fixed_version: '1' } };
  it.each<[string, unknown, readonly string[]]>([
    [
      'a source',
      { a: { 'CVE-2024-0001': { releases: states } }, b: 1, c: { 'CVE-2024-0002': { releases: states } } },
      ['CVE-2024-0001', 'CVE-2024-0002'],
    ],
    ['a flaw', { b: { x: 1, y: {}, 'CVE-2024-0001': { releases: states } } }, ['CVE-2024-0001']],
    ['a record of an answer', { vulns: [1, {}, JSON.parse(record('A-1'))] }, ['A-1']],
  ])('%s', async (_, document, names) => {
    const found = await read(file(JSON.stringify(document)));
    expect(found.names).toEqual(names);
    expect(found.problems.length).toBeGreaterThan(0);
  });

  it('a statement that cannot be kept', async () => {
    const score = (cve: string) => ({ cve, epss: '0.1', percentile: '0.2' });
    const path = file(JSON.stringify({ data: [score('CVE-2024-0001'), score('CVE-2024-0002')] }));
    const taken: string[] = [];
    const { problems } = await readInputs([path], {
      feeds,
      take: (item) => {
        if (item.kind === 'exploitation' && item.cve === 'CVE-2024-0001') {
          throw new HoldfastError('ADVISORY_RECORD_INVALID', 'not this one');
        }
        taken.push(item.kind);
      },
    });
    expect(taken).toEqual(['exploitation']);
    expect(problems).toMatchObject([{ message: 'not this one' }]);
  });

  it('a line of scores that is far too long', async () => {
    const { names, problems } = await read(
      file(`cve,epss,percentile\n${','.repeat(100_000)}\nCVE-2024-0001,0.1,0.2\n`),
    );
    expect(names).toEqual(['CVE-2024-0001']);
    expect(problems).toMatchObject([{ message: 'Line 2 was left out: it has 100001 bytes' }]);
  });
});
