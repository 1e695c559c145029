import { readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Advisory, AffectedRange } from '#advisory/advisory.ts';
import { normaliseEcosystem, normalisePackage } from '#advisory/ecosystem.ts';
import { compareVersions } from '#base/versions/compare.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import { starterSet } from './load.ts';

const { info, advisories, exploitation } = starterSet();
const CVE = /^CVE-\d{4}-\d{4,}$/;
const GHSA = /^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/;
const IDS: Readonly<Record<string, RegExp>> = {
  Alpine: CVE,
  Debian: CVE,
  Go: /^GO-\d{4}-\d{4}$/,
  Maven: GHSA,
  PyPI: /^PYSEC-\d{4}-\d+$/,
  npm: GHSA,
};

/** What is wrong, by advisory: an empty list is what a test wants to see. */
function complaints(about: (advisory: Advisory) => string | undefined): readonly string[] {
  return advisories.flatMap((advisory) => {
    const wrong = about(advisory);
    return wrong === undefined ? [] : [`${advisory.ecosystem} ${advisory.package} ${advisory.id}: ${wrong}`];
  });
}

function pairOf(range: AffectedRange): readonly [introduced: string, end: string | undefined] {
  const [first, second] = range.events;
  const introduced = first !== undefined && 'introduced' in first ? first.introduced : '';
  if (second === undefined) return [introduced, undefined];
  return [introduced, 'fixed' in second ? second.fixed : 'lastAffected' in second ? second.lastAffected : ''];
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toISOString().startsWith(text);
}

describe('the starter set', () => {
  test('says what it is and what it holds', () => {
    expect(info.kind).toBe('starter');
    expect(new Date(info.builtAt).toISOString()).toBe(info.builtAt);
    expect(info.records).toBe(advisories.length);
    const bases = new Set(Object.keys(info.ecosystems).map((name) => name.split(':')[0]));
    expect([...bases]).toEqual(Object.keys(IDS));
    expect(Object.values(info.ecosystems).reduce((sum, { records }) => sum + records, 0)).toBe(info.records);
  });

  test('stays a few hundred records in a file that loads at once', () => {
    expect(advisories.length).toBeGreaterThanOrEqual(350);
    expect(advisories.length).toBeLessThanOrEqual(650);
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files.reduce((bytes, name) => bytes + statSync(new URL(name, folder)).size, 0)).toBeLessThan(200_000);
  });

  test('names ids and aliases as their databases do', () => {
    const wrong = complaints(({ id, aliases, ecosystem }) => {
      if (!IDS[ecosystem.split(':')[0] ?? '']?.test(id)) return 'id';
      if (aliases.some((alias) => alias === id || !(CVE.test(alias) || GHSA.test(alias)))) return 'alias';
      return new Set(aliases).size === aliases.length ? undefined : 'alias twice';
    });
    expect(wrong).toEqual([]);
  });

  test('holds no package twice under one id', () => {
    const keys = advisories.map(({ ecosystem, package: name, id }) => `${ecosystem} ${name} ${id}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test('writes ecosystems and packages as they are looked up', () => {
    const wrong = complaints(({ ecosystem, package: name }) => {
      if (normaliseEcosystem(ecosystem) !== ecosystem) return 'ecosystem';
      return normalisePackage(ecosystem, name) === name && name.trim() === name && name !== '' ? undefined : 'package';
    });
    expect(wrong).toEqual([]);
  });

  test('gives every advisory versions, in the order of its ecosystem where one is known', () => {
    const wrong = complaints(({ ecosystem, ranges, versions }) => {
      if (ranges.length + versions.length === 0) return 'nothing affected';
      const scheme = schemeOf(ecosystem);
      for (const [introduced, end] of ranges.map(pairOf)) {
        if (introduced === '' || end === '') return 'empty version';
        if (scheme === undefined || end === undefined) continue;
        if (compareVersions(scheme, end, end) !== 0) return `no version: ${end}`;
        if (introduced !== '0' && compareVersions(scheme, introduced, end) !== -1) return `${introduced}..${end}`;
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  test('summarises in one short line, with dates that exist', () => {
    const wrong = complaints(({ summary = '', published }) => {
      if (summary.length < 10 || summary.length > 100 || /\s$|[\n.]$|\s\s/.test(summary)) return 'summary';
      return published === undefined || (isDate(published) && published <= info.builtAt) ? undefined : 'published';
    });
    expect(wrong).toEqual([]);
  });

  test('names the source of every severity, and scores agree with their words', () => {
    const wrong = complaints(({ severity }) => {
      if (severity === undefined) return undefined;
      if (!['ghsa', 'photon', 'cvss:3.0', 'cvss:3.1'].includes(severity.source)) return 'source';
      const { score } = severity;
      if (score === undefined) return severity.source.startsWith('cvss') ? 'score missing' : undefined;
      const word = score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
      return severity.level === word ? undefined : 'score';
    });
    expect(wrong).toEqual([]);
    expect(advisories.filter(({ severity }) => severity !== undefined).length).toBeGreaterThan(advisories.length * 0.8);
  });

  test('dates known exploitation, and only of what it holds', () => {
    const held = new Set(advisories.flatMap(({ id, aliases }) => [id, ...aliases]));
    const wrong = [...exploitation].filter(([cve, { knownExploitedSince: since }]) => {
      return !held.has(cve) || since === undefined || !isDate(since) || since < '2021-11-03' || since > info.builtAt;
    });
    expect(wrong).toEqual([]);
    expect(exploitation.size).toBeGreaterThanOrEqual(50);
  });

  test('knows the famous ones', () => {
    const ids = new Set(advisories.flatMap(({ id, aliases }) => [id, ...aliases]));
    const famous = ['2021-44228', '2022-22965', '2017-5638', '2022-42889', '2023-4911', '2021-3156', '2021-4034'];
    const more = ['2022-0847', '2023-4863', '2024-6387', '2023-44487', '2022-0543', '2019-11043', '2025-55182'];
    expect([...famous, ...more].filter((cve) => !ids.has(`CVE-${cve}`))).toEqual([]);
  });
});
