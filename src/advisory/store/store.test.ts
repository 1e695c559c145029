import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { advisoriesFromMemory } from '#advisory/store/in-memory.ts';
import { openAdvisories } from '#advisory/store/open.ts';
import { advisory, anyAdvisory, anyExploitation, BUILT_AT, item, writeItems } from '#advisory/store/store.fixture.ts';
import { verifyAdvisories } from '#advisory/store/verify.ts';
import { runs } from '../../../test/harness/runs.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
const file = join(directory, 'advisories.db');
afterAll(() => rmSync(directory, { recursive: true }));

async function held(items: Parameters<typeof writeItems>[1], ecosystem = 'Debian:12', name = 'openssl') {
  await writeItems(file, items);
  verifyAdvisories(file);
  const advisories = openAdvisories(file);
  try {
    return advisories.lookup(ecosystem, name);
  } finally {
    advisories.close();
  }
}

describe('a file of advisories', () => {
  it('gives back all that was put in, by package, whatever it is', async () => {
    const known = fc.dictionary(
      fc.constantFrom('CVE-1999-0001', 'CVE-2024-1000', 'CVE-2024-12345', 'CVE-2026-999999999'),
      anyExploitation,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyAdvisory, { maxLength: 30 }), known, async (list, exploitations) => {
        const distinct = new Map(
          list.map((one) => [[one.ecosystem, one.package, one.id, one.source, one.module].join('\0'), one]),
        );
        const rated = Object.entries(exploitations).map(([cve, exploitation]) => ({
          kind: 'exploitation' as const,
          cve,
          exploitation,
        }));
        const items = [...distinct.values()].map((one) => ({ kind: 'advisory' as const, advisory: one }));
        const info = await writeItems(file, [...items, ...rated], 2000);
        expect(info.records).toBe(distinct.size);
        expect(verifyAdvisories(file)).toEqual(info);
        const memory = advisoriesFromMemory(info, [...distinct.values()], new Map(Object.entries(exploitations)));
        const stored = openAdvisories(file);
        try {
          for (const ecosystem of ['Debian:12', 'Debian:11', 'Debian', 'npm', 'PyPI', '']) {
            for (const name of ['a', 'aa', 'b', '@scope/b', 'é', '\u{1f600}', '\uffff', '', 'z']) {
              expect(sorted(stored.lookup(ecosystem, name))).toEqual(sorted(memory.lookup(ecosystem, name)));
            }
          }
          for (const { id, aliases, upstream = [] } of list) {
            for (const one of [id, ...aliases, ...upstream, `${id}0`]) {
              expect(sorted(stored.packagesOf(one))).toEqual(sorted(memory.packagesOf(one)));
            }
          }
          for (const cve of [
            'CVE-1999-0001',
            'CVE-2024-1000',
            'CVE-2024-12345',
            'CVE-2026-999999999',
            'CVE-2020-1234',
            'GHSA-a',
            '',
          ]) {
            expect(stored.exploitation(cve)).toEqual(memory.exploitation(cve));
          }
        } finally {
          stored.close();
        }
      }),
      { numRuns: runs(15) },
    );
  });

  it('finds packages and CVEs among thousands, in blocks and across their edges', async () => {
    const items = Array.from({ length: 1500 }, (_, at) => [
      item({ id: `CVE-2024-${1000 + at}`, package: `p${at % 300}`, summary: `summary ${at * 7919}` }),
      {
        kind: 'exploitation' as const,
        cve: `CVE-20${10 + (at % 15)}-${1000 + at * 3}`,
        exploitation: { epss: { score: at / 1500, percentile: 0.5 } },
      },
    ]).flat();
    const many = Array.from({ length: 1200 }, (_, at) =>
      item({ id: `CVE-2023-${1000 + at}`, package: 'linux', summary: `flaw ${at * 104729}` }),
    );
    const info = await writeItems(file, [...items, ...many]);
    expect(info.records).toBe(2700);
    verifyAdvisories(file);
    const advisories = openAdvisories(file);
    for (let at = 0; at < 300; at += 1) {
      const found = advisories.lookup('Debian:12', `p${at}`);
      expect(found.map(({ id }) => id).sort()).toEqual(
        items
          .flatMap((one) => (one.kind === 'advisory' && one.advisory.package === `p${at}` ? one.advisory.id : []))
          .sort(),
      );
    }
    expect(new Set(advisories.lookup('Debian:12', 'linux').map(({ id }) => id)).size).toBe(1200);
    for (let at = 0; at < 1500; at += 1) {
      const cve = `CVE-20${10 + (at % 15)}-${1000 + at * 3}`;
      expect(advisories.exploitation(cve)?.epss?.score).toBeCloseTo(at / 1500, 8);
    }
    expect(advisories.exploitation('CVE-2010-1001')).toBeUndefined();
    expect(advisories.exploitation('CVE-2009-1000')).toBeUndefined();
    expect(advisories.exploitation('CVE-2099-1000')).toBeUndefined();
    advisories.close();
    advisories.close();
  });

  it('says what it holds', async () => {
    const dated = item({ id: 'X-1', ecosystem: 'npm', published: '2024-02-03T00:00:00Z' }, '0001-01-01T00:00:00Z');
    const info = await writeItems(file, [
      dated,
      item(),
      item({ id: 'X-2', package: 'b', published: '2020-01-01T00:00:00Z' }, '2025-06-01T10:00:00Z'),
    ]);
    expect(info).toEqual({
      kind: 'full',
      builtAt: BUILT_AT,
      records: 3,
      ecosystems: {
        'Debian:12': { records: 2, newest: '2025-06-01T10:00:00.000Z' },
        npm: { records: 1, newest: '2024-02-03T00:00:00.000Z' },
      },
      sources: ['made'],
    });
    const advisories = openAdvisories(file);
    expect(advisories.info).toEqual(info);
    expect(advisories.info.ecosystems['constructor']).toBeUndefined();
    advisories.close();
  });

  it('may be empty', async () => {
    const info = await writeItems(file, []);
    expect(info.records).toBe(0);
    expect(await held([])).toEqual([]);
  });

  it('is the same for the same input, however much of it fits into memory', async () => {
    const items = Array.from({ length: 500 }, (_, at) =>
      item({ id: `X-${at % 400}`, package: `p${at % 50}`, summary: `s${at}` }, '2024-01-01'),
    );
    await writeItems(file, items);
    const whole = readFileSync(file);
    await writeItems(file, items, 5000);
    expect(readFileSync(file).equals(whole)).toBe(true);
    expect(readdirSync(directory)).toEqual(['advisories.db']);
  });

  it('stays as it was when the new one cannot be finished', async () => {
    await writeItems(file, [item()]);
    const before = readFileSync(file);
    const broken = { kind: 'exploitation' as const, cve: 'CVE-2024-99999999999999', exploitation: {} };
    await expect(writeItems(file, [item(), broken])).rejects.toMatchObject({ code: 'ADVISORY_RECORD_INVALID' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(directory)).toEqual(['advisories.db']);
  });
});

function sorted(list: readonly object[]): readonly string[] {
  return list.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();
}

describe('of statements that say the same of the same', () => {
  it('the one that was changed later counts, whichever came first', async () => {
    const old = item({ summary: 'old' }, '2024-01-01T00:00:00Z');
    const young = item({ summary: 'young' }, '2024-01-01T00:00:00.500Z');
    for (const items of [
      [old, young],
      [young, old],
    ])
      expect((await held(items)).map(({ summary }) => summary)).toEqual(['young']);
  });

  it('the later input counts where dates do not tell', async () => {
    const items = [[item({ summary: 'first' }), 1] as const, [item({ summary: 'second' }), 2] as const];
    expect((await held(items)).map(({ summary }) => summary)).toEqual(['second']);
    expect((await held(items.toReversed())).map(({ summary }) => summary)).toEqual(['second']);
  });

  it('a record that no longer names a package is forgotten there', async () => {
    const items = [
      item({ package: 'openssl' }, '2024-01-01'),
      item({ package: 'libressl' }, '2024-01-01'),
      item({ package: 'libressl' }, '2024-02-01'),
    ];
    expect(await held(items)).toEqual([]);
    expect(await held(items, 'Debian:12', 'libressl')).toHaveLength(1);
  });

  it('those of other sources and modules stay beside it', async () => {
    expect(await held([item(), item({ source: 'other' }), item({ module: 'm:1' })])).toHaveLength(3);
  });

  it('two feeds on one CVE are one', async () => {
    const rate = (exploitation: object) => ({ kind: 'exploitation' as const, cve: 'CVE-2024-1000', exploitation });
    await writeItems(file, [
      rate({ knownExploitedSince: '2024-03-01' }),
      rate({ epss: { score: 0.1, percentile: 0.2, date: '2025-01-02' } }),
      rate({ epss: { score: 0.3, percentile: 0.4, date: '2025-01-01' } }),
      rate({ knownExploitedSince: '2024-02-01', ransomware: true }),
    ]);
    const advisories = openAdvisories(file);
    expect(advisories.exploitation('CVE-2024-1000')).toEqual({
      knownExploitedSince: '2024-02-01',
      ransomware: true,
      epss: { score: 0.1, percentile: 0.2, date: '2025-01-02' },
    });
    advisories.close();
  });
});

describe('a bulletin', () => {
  const bulletin = item({ id: 'DSA-1-1', upstream: ['CVE-2024-1000', 'CVE-2024-2000'] });
  const first = item({ id: 'DEBIAN-CVE-2024-1000', aliases: ['CVE-2024-1000'] });
  const second = item({ id: 'CVE-2024-2000' });

  it('is left out where each of its flaws has an advisory of its own', async () => {
    expect((await held([bulletin, first, second])).map(({ id }) => id)).toEqual([
      'CVE-2024-2000',
      'DEBIAN-CVE-2024-1000',
    ]);
  });

  it('leaves behind when the fix was published, where the version is the same', async () => {
    const dated = (published: string, fixed = '1.2') =>
      item({
        id: `DSA-${published.slice(8, 10)}-1`,
        upstream: ['CVE-2024-1000', 'CVE-2024-2000'],
        published,
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      });
    const dates = async (...bulletins: readonly ReturnType<typeof item>[]) =>
      (await held([...bulletins, first, second])).map(({ fixPublished }) => fixPublished);
    const [early, late] = ['2024-03-01T00:00:00Z', '2024-03-09T00:00:00Z'];
    expect(await dates(dated(late), dated(early))).toEqual([early, early]);
    expect(await dates(dated(early, '1.3'))).toEqual([undefined, undefined]);
    expect(await dates(bulletin)).toEqual([undefined, undefined]);
  });

  it('stays where it alone knows a flaw', async () => {
    expect(await held([bulletin, first])).toHaveLength(2);
    expect(await held([bulletin, first, item({ id: 'CVE-2024-2000', withdrawn: '2024-01-01' })])).toHaveLength(3);
    expect(await held([bulletin, first, item({ id: 'CVE-2024-2000', package: 'other' })])).toHaveLength(2);
  });
});

it('an advisory that is larger than anyone writes is refused', async () => {
  const versions = Array.from({ length: 600_000 }, (_, at) => `1.${at}`);
  await expect(writeItems(file, [item({ versions })])).rejects.toMatchObject({ code: 'ADVISORY_RECORD_INVALID' });
  expect(await held([item({ versions: versions.slice(0, 100_000) })])).toEqual([
    advisory({ versions: versions.slice(0, 100_000) }),
  ]);
});
