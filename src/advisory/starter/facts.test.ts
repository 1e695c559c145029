import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compareVersions } from '#base/versions/compare.ts';
import { starterSet } from './load.ts';

const DATA = join(import.meta.dirname, '../../../../shared/data/advisories');
const absent = !existsSync(join(DATA, 'scores/kev.json.gz'));

interface OsvRecord {
  readonly id: string;
  readonly aliases?: readonly string[] | null;
  readonly withdrawn?: string | null;
  readonly affected?: readonly {
    readonly package?: { readonly ecosystem: string; readonly name: string };
    readonly ranges?: readonly { readonly type: string; readonly events: readonly Record<string, string>[] }[];
  }[];
}
interface DebianFix {
  readonly release: string;
  readonly source: string;
  readonly cve: string;
  readonly fixed: string;
}
interface DebianAdvisory {
  readonly cves: readonly string[];
  readonly fixed: readonly { readonly suite: string; readonly source: string; readonly version: string }[];
}
interface SecurityDatabase {
  readonly branch: string;
  readonly packages: readonly { readonly pkg: { readonly name: string; readonly secfixes: Secfixes } }[] | null;
}
type Secfixes = Readonly<Record<string, readonly string[] | null>> | null;
interface Exploited {
  readonly vulnerabilities: readonly {
    readonly cveID: string;
    readonly dateAdded: string;
    readonly knownRansomwareCampaignUse?: string;
  }[];
}

const { advisories, exploitation } = starterSet();

/** Records that their database has revised since the data at hand was taken: the set follows the revision. */
const REVISED_LATER: readonly string[] = ['GHSA-wf5p-g6vw-rhxx'];

function textOf(name: string): string {
  return gunzipSync(readFileSync(join(DATA, name))).toString('utf8');
}

function linesOf<Line>(name: string): readonly Line[] {
  const lines = textOf(name).split('\n');
  return lines.filter((line) => line !== '').map((line): Line => JSON.parse(line));
}

/** Ranges as comparable text: `introduced fixed`, in any order. */
function pairsOf(events: readonly object[]): readonly string[] {
  const pairs: string[] = [];
  for (const [key, value] of events.flatMap((event) => Object.entries(event))) {
    if (key === 'introduced') pairs.push(value);
    else pairs.push(`${pairs.pop()} ${key.toLowerCase().replace('_', '')} ${value}`);
  }
  return pairs;
}

/** The fixed versions that the set gives, by ecosystem with release, package and CVE. */
function fixesIn(base: string): readonly (readonly [key: string, fixed: string])[] {
  return advisories
    .filter(({ ecosystem }) => ecosystem.startsWith(`${base}:`))
    .map(({ ecosystem, package: name, id, ranges }) => {
      const end = ranges[0]?.events[1];
      return [`${ecosystem} ${name} ${id}`, end !== undefined && 'fixed' in end ? end.fixed : ''];
    });
}

const title = `the starter set beside public data${absent ? ' (skipped: ../shared/data is absent)' : ''}`;

describe.skipIf(absent)(title, () => {
  test('agrees with the OSV records of Go, PyPI, npm and Maven', () => {
    const names = ['go-vulndb', 'pypi-pysec', 'npm-ghsa-sample', 'misc-from-testdata'];
    const records = new Map(names.flatMap((n) => linesOf<OsvRecord>(`osv/${n}.jsonl.gz`)).map((r) => [r.id, r]));
    let compared = 0;
    const wrong = advisories.flatMap(({ id, aliases, ecosystem, package: name, ranges }) => {
      const record = records.get(id);
      const affected = (record?.affected ?? []).filter(({ package: of }) => {
        return of?.ecosystem === ecosystem && (of.name === name || of.name.toLowerCase() === name);
      });
      if (record === undefined || affected.length === 0 || REVISED_LATER.includes(id)) return [];
      compared += 1;
      const theirs = affected.flatMap((entry) => {
        return (entry.ranges ?? []).filter(({ type }) => type !== 'GIT').flatMap(({ events }) => pairsOf(events));
      });
      const same =
        [...new Set(theirs)].sort().join() ===
        ranges
          .flatMap((r) => pairsOf(r.events))
          .sort()
          .join();
      const known = aliases.every((alias) => record.aliases?.includes(alias));
      return same && known && !record.withdrawn ? [] : [`${id} ${name}: ${theirs.join(', ')}`];
    });
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(180);
  });

  test('agrees with Debian: its advisories first, else the changelogs', () => {
    const releases: Readonly<Record<string, string>> = { buster: '10', bullseye: '11', bookworm: '12', trixie: '13' };
    const known = new Map<string, string>();
    for (const { release, source, cve, fixed } of linesOf<DebianFix>('distro/debian-fixed.jsonl.gz')) {
      known.set(`Debian:${release} ${source} ${cve}`, fixed);
    }
    const announced = new Map<string, string>();
    for (const { cves, fixed } of linesOf<DebianAdvisory>('distro/debian-dsa-dla-2023-04.jsonl.gz')) {
      for (const { suite, source, version } of fixed) {
        for (const cve of cves) {
          const key = `Debian:${releases[suite]} ${source} ${cve}`;
          const before = announced.get(key);
          if (before === undefined || compareVersions('deb', before, version) === -1) announced.set(key, version);
        }
      }
    }
    const compared = fixesIn('Debian').flatMap(([key, fixed]) => {
      const expected = announced.get(key) ?? known.get(key);
      return expected === undefined ? [] : [{ key, fixed, expected }];
    });
    expect(compared.filter(({ fixed, expected }) => fixed !== expected)).toEqual([]);
    expect(compared.length).toBeGreaterThanOrEqual(fixesIn('Debian').length - 1);
  });

  test('agrees with the security database of Alpine up to v3.11', () => {
    const known = new Map<string, string[]>();
    for (const { branch, packages } of linesOf<SecurityDatabase>('distro/alpine-secdb-2020.jsonl.gz')) {
      for (const { pkg } of packages ?? []) {
        for (const [version, ids] of Object.entries(pkg.secfixes ?? {})) {
          for (const id of ids ?? []) {
            const key = `Alpine:${branch} ${pkg.name} ${id}`;
            known.set(key, [...(known.get(key) ?? []), version]);
          }
        }
      }
    }
    const old = fixesIn('Alpine').filter(([key]) => /^Alpine:v3\.([0-9]|1[01]) /.test(key));
    expect(old.filter(([key, fixed]) => known.get(key)?.join() !== fixed)).toEqual([]);
    expect(old.length).toBeGreaterThan(25);
  });

  test("agrees with CISA's catalogue, and leaves out nothing of it that the set holds", () => {
    const catalogue: Exploited = JSON.parse(textOf('scores/kev.json.gz'));
    const held = new Set(advisories.flatMap(({ id, aliases }) => [id, ...aliases]));
    const theirs = catalogue.vulnerabilities.filter(({ cveID }) => held.has(cveID));
    const expected = theirs.map(({ cveID, dateAdded, knownRansomwareCampaignUse: use }) => {
      return [cveID, { knownExploitedSince: dateAdded, ...(use === 'Known' ? { ransomware: true } : {}) }] as const;
    });
    expect(new Map(exploitation)).toEqual(new Map(expected));
  });
});
