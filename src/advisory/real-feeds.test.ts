import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Advisories } from '#advisory/advisory.ts';
import { feeds } from '#advisory/feeds/list.ts';
import { readInputs } from '#advisory/input/read-inputs.ts';
import { openAdvisories } from '#advisory/store/open.ts';
import { verifyAdvisories } from '#advisory/store/verify.ts';
import { createAdvisoryWriter } from '#advisory/store/write.ts';
import type { Problem } from '#core/errors.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/advisories');
const absent = !existsSync(DATA);
const directory = mkdtempSync(join(tmpdir(), 'holdfast-real-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface PackedFile {
  readonly path: string;
  readonly text?: string;
}

/** The file of a pack whose path ends so. */
function packed(ending: string): string {
  const lines = gunzipSync(readFileSync(join(DATA, 'vunnel-fixtures.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  const files = lines.map((line) => JSON.parse(line) as PackedFile);
  return files.find(({ path }) => path.endsWith(ending))?.text ?? '';
}

describe.skipIf(absent)(`feeds as they are published${absent ? ' (skipped: ../shared/data is not there)' : ''}`, () => {
  let advisories: Advisories;
  let problems: readonly Problem[];

  beforeAll(async () => {
    const file = join(directory, 'advisories.db');
    for (const name of ['debian/test-fixtures/input/debian.json', 'kev/test-fixtures/valid-catalog-1.json']) {
      writeFileSync(join(directory, name.replaceAll('/', '-')), packed(name));
    }
    writeFileSync(join(directory, 'epss.csv'), packed('epss/test-fixtures/example-1.csv'));
    const writer = createAdvisoryWriter({ file, kind: 'full', builtAt: '2026-01-01T00:00:00.000Z' });
    const paths = [
      join(DATA, 'osv'),
      join(DATA, 'distro/debian-fixed.jsonl.gz'),
      join(DATA, 'scores/kev.json.gz'),
      directory,
    ];
    const read = await readInputs(paths, { feeds, take: writer.add });
    problems = read.problems;
    await writer.finish(read.sources);
    writer.dispose();
    verifyAdvisories(file);
    advisories = openAdvisories(file);
  }, 120_000);
  afterAll(() => advisories.close());

  it('are read almost whole: of 16,000 records one has a range without a type', () => {
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('CVE-2023-2727') as string]);
    expect(advisories.info.records).toBeGreaterThan(30_000);
    for (const [name, least] of [
      ['Go', 6000],
      ['PyPI', 2600],
      ['crates.io', 1200],
      ['Debian:12', 6000],
      ['Bitnami', 7444],
    ] as const) {
      expect(advisories.info.ecosystems[name]?.records).toBeGreaterThanOrEqual(least);
    }
  });

  it('are found by package', () => {
    const lodash = advisories.lookup('npm', 'lodash').find(({ aliases }) => aliases.includes('CVE-2021-23337'));
    expect(lodash).toMatchObject({ id: 'GHSA-35jh-r3h4-6jhm', severity: { level: 'high', source: 'ghsa' } });
    expect(advisories.lookup('Debian:12', 'chromium')).toContainEqual(
      expect.objectContaining({ id: 'CVE-2022-0456', source: 'debian-tracker' }),
    );
    expect(advisories.lookup('Debian:9', 'prototypejs')).toContainEqual(
      expect.objectContaining({
        id: 'CVE-2007-2383',
        status: 'not-affected',
        severity: { level: 'negligible', source: 'debian' },
      }),
    );
    expect(advisories.lookup('Ubuntu:20.04', 'wayland')[0]).toMatchObject({
      aliases: ['CVE-2021-3782'],
      severity: { level: 'medium' },
    });
    expect(advisories.lookup('AlmaLinux:8', 'httpd')[0]?.module).toBe('httpd:2.4');
  });

  it('tell what is exploited', () => {
    expect(advisories.exploitation('CVE-2021-44228')).toEqual({ knownExploitedSince: '2021-12-10', ransomware: true });
    expect(advisories.exploitation('CVE-1999-0005')?.epss).toEqual({
      score: 0.91963,
      percentile: 0.99214,
      date: '2025-02-20',
    });
  });
});
