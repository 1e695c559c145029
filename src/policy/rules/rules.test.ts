import { describe, expect, it } from 'vitest';
import { daysAgo, facts, factsWith, image } from '#policy/facts/facts.fixture.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';
import type { DataFacts, WorkloadFacts } from '#policy/facts/run-facts.ts';
import { judge, ruleOf, sentences } from '#policy/policy.fixture.ts';
import { RULES } from '#policy/rules/list.ts';

const decide = (given: Facts, rule: string) => judge(given, [ruleOf(rule)]).decision;
const withImage = (own: Partial<ImageFacts>) => facts({ image: { state: 'collected', value: image(own) } });
const withPackage = (name: string, licences: readonly string[]) =>
  facts({
    packages: {
      state: 'collected',
      value: [
        { name, version: '1.0', type: 'npm', purl: `pkg:npm/${name}@1.0`, owner: 'app', licences: [...licences] },
      ],
    },
  });
const withCoverage = (covered: number, noData: number) =>
  facts({
    coverage: {
      state: 'collected',
      value: [
        { subject: 'Debian:12', state: 'covered', packages: covered, reason: '' },
        { subject: 'npm', state: 'no-data', packages: noData, reason: '' },
      ],
    },
  });
const withData = (own: Partial<DataFacts>) =>
  facts({
    data: {
      state: 'collected',
      value: [
        {
          ...{ name: 'db', containers: ['db'], method: 'dump', lastSnapshot: null, lastDrill: null },
          ...{ schedule: null, writersTrusted: null, ...own },
        },
      ],
    },
  });
const withVolume = (lastSnapshot: string | null, lastDrill: string | null) => withData({ lastSnapshot, lastDrill });
const run = (rule: string, severity: 'high' | 'low'): WorkloadFacts => ({
  name: 'container/web',
  reasons: [{ rule, severity, sentence: 'Container web is privileged.', fix: null }],
});
const withRun = (...value: readonly WorkloadFacts[]) => facts({ workload: { state: 'collected', value: [...value] } });

/** Each rule with facts that hold, facts that do not, and facts over which it cannot tell. */
const EXAMPLES: readonly (readonly [rule: string, facts: Facts, decision: string])[] = [
  ['{ rule: severity, atLeast: high }', factsWith({ severity: 'medium' }), 'allow'],
  ['{ rule: severity, atLeast: high }', factsWith({ severity: 'high' }), 'deny'],
  ['{ rule: severity, atLeast: high }', factsWith({ severity: 'critical' }), 'deny'],
  ['{ rule: severity, atLeast: high }', factsWith({ severity: 'unknown' }), 'allow'],
  ['{ rule: severity, atLeast: unknown }', factsWith({ severity: 'unknown' }), 'deny'],
  ['{ rule: severity, atLeast: high, fixable: true }', factsWith({ fixable: false }), 'allow'],
  ['{ rule: severity, atLeast: high, fixable: false }', factsWith({ fixable: false }), 'deny'],
  ['{ rule: severity, atLeast: high, owner: base }', factsWith({ owner: 'app' }), 'allow'],
  ['{ rule: severity, atLeast: high, owner: base }', factsWith({ owner: 'base' }), 'deny'],
  ['{ rule: severity, atLeast: high, owner: base }', factsWith({ owner: 'unknown' }), 'deny'],
  ['{ rule: severity, atLeast: high }', factsWith({ status: 'not_affected' }), 'allow'],
  ['{ rule: severity, atLeast: high }', factsWith({ status: 'fixed' }), 'allow'],
  ['{ rule: severity, atLeast: high }', factsWith({ status: 'under_investigation' }), 'deny'],
  ['{ rule: severity, atLeast: high, graceDays: 30 }', factsWith({ published: daysAgo(29) }), 'allow'],
  ['{ rule: severity, atLeast: high, graceDays: 30 }', factsWith({ published: daysAgo(30) }), 'deny'],
  ['{ rule: severity, atLeast: high, graceDays: 30 }', factsWith({ published: null }), 'deny'],
  ['{ rule: severity, atLeast: high, graceDays: { high: 200 } }', factsWith({ severity: 'high' }), 'allow'],
  ['{ rule: severity, atLeast: high, graceDays: { high: 200 } }', factsWith({ severity: 'critical' }), 'deny'],
  ['{ rule: severity, atLeast: high, graceDays: 7, since: fix }', factsWith({ fixed: daysAgo(6) }), 'allow'],
  ['{ rule: severity, atLeast: high, graceDays: 7, since: fix }', factsWith({ fixed: daysAgo(8) }), 'deny'],
  ['{ rule: severity, atLeast: high, graceDays: 7, since: fix }', factsWith({ published: daysAgo(6) }), 'allow'],
  ['{ rule: severity, atLeast: high, graceDays: 7, since: first-seen }', factsWith({ firstSeen: daysAgo(1) }), 'allow'],
  ['{ rule: severity, atLeast: high, graceDays: 7, since: first-seen }', factsWith({ firstSeen: null }), 'deny'],
  ['{ rule: severity, atLeast: high, newOnly: true }', factsWith({}), 'unknown'],
  ['{ rule: severity, atLeast: high }', facts({ findings: { state: 'not-collected', why: 'x' } }), 'unknown'],
  ['{ rule: severity, atLeast: high }', facts({ findings: { state: 'failed', why: 'x' } }), 'unknown'],
  ['{ rule: known-exploited }', factsWith({ knownExploited: false }), 'allow'],
  ['{ rule: known-exploited }', factsWith({ knownExploited: true }), 'deny'],
  ['{ rule: known-exploited, fixable: true }', factsWith({ knownExploited: true, fixable: false }), 'allow'],
  ['{ rule: epss, atLeast: 0.5 }', factsWith({ epss: 0.49 }), 'allow'],
  ['{ rule: epss, atLeast: 0.5 }', factsWith({ epss: 0.5 }), 'deny'],
  ['{ rule: epss, atLeast: 0.5 }', factsWith({ epss: null }), 'allow'],
  ['{ rule: coverage, atLeast: 90 }', withCoverage(90, 10), 'allow'],
  ['{ rule: coverage, atLeast: 90 }', withCoverage(89, 11), 'unknown'],
  ['{ rule: coverage, atLeast: 100 }', withCoverage(9_999_999, 1), 'unknown'],
  ['{ rule: coverage, atLeast: 0.1 }', withCoverage(0, 0), 'unknown'],
  ['{ rule: advisories-age, days: 3 }', facts(), 'allow'],
  [
    '{ rule: advisories-age, days: 3 }',
    facts({ advisories: { state: 'collected', value: { kind: 'full', builtAt: daysAgo(4), records: 1 } } }),
    'unknown',
  ],
  [
    '{ rule: advisories-age, days: 3 }',
    facts({ advisories: { state: 'collected', value: { kind: 'full', builtAt: 'yesterday', records: 1 } } }),
    'unknown',
  ],
  ['{ rule: image-age, days: 10 }', withImage({ created: daysAgo(10) }), 'allow'],
  ['{ rule: image-age, days: 10 }', withImage({ created: daysAgo(11) }), 'deny'],
  ['{ rule: image-age, days: 10 }', withImage({ created: null }), 'unknown'],
  ['{ rule: non-root }', withImage({ root: false }), 'allow'],
  ['{ rule: non-root }', withImage({ root: true }), 'deny'],
  ['{ rule: non-root }', withImage({ root: null }), 'unknown'],
  ['{ rule: pinned }', withImage({ pinned: true }), 'allow'],
  ['{ rule: pinned }', withImage({ pinned: false }), 'deny'],
  ['{ rule: pinned }', withImage({ pinned: false, registry: null }), 'allow'],
  ['{ rule: no-latest }', withImage({ tag: '1.4' }), 'allow'],
  ['{ rule: no-latest }', withImage({ tag: 'latest' }), 'deny'],
  ['{ rule: no-latest }', withImage({ tag: null }), 'deny'],
  ['{ rule: no-latest }', withImage({ tag: 'latest', pinned: true }), 'allow'],
  ['{ rule: registries, allowed: [registry.example] }', facts(), 'allow'],
  ['{ rule: registries, allowed: [registry.example/team] }', facts(), 'allow'],
  ['{ rule: registries, allowed: [registry.example/other, docker.io] }', facts(), 'deny'],
  ['{ rule: registries, allowed: ["registry.example.evil.example"] }', facts(), 'deny'],
  ['{ rule: registries, allowed: [registry.exampl] }', facts(), 'deny'],
  ['{ rule: registries, allowed: [registry.example] }', withImage({ registry: null, repository: null }), 'unknown'],
  ['{ rule: labels, required: [org.opencontainers.image.source] }', facts(), 'allow'],
  ['{ rule: labels, required: [team] }', facts(), 'deny'],
  ['{ rule: labels, required: [toString] }', facts(), 'deny'],
  ['{ rule: labels, required: { org.opencontainers.image.source: "https://example.com/**" } }', facts(), 'allow'],
  ['{ rule: labels, required: { org.opencontainers.image.source: "https://other.example/**" } }', facts(), 'deny'],
  ['{ rule: sbom }', facts(), 'allow'],
  ['{ rule: sbom }', facts({ sbom: { state: 'not-collected', why: 'x' } }), 'unknown'],
  ['{ rule: sbom, attached: true }', facts(), 'unknown'],
  [
    '{ rule: sbom, attached: true }',
    facts({ sbom: { state: 'collected', value: { format: 'x', attached: false } } }),
    'deny',
  ],
  [
    '{ rule: sbom, attached: true }',
    facts({ sbom: { state: 'collected', value: { format: 'x', attached: true } } }),
    'allow',
  ],
  ['{ rule: licences, categories: [network-copyleft] }', withPackage('a', ['AGPL-3.0-only']), 'deny'],
  ['{ rule: licences, categories: [network-copyleft] }', withPackage('a', ['GPL-3.0-only']), 'allow'],
  ['{ rule: licences, categories: [copyleft] }', withPackage('a', ['GPLv2+ and MIT']), 'deny'],
  ['{ rule: licences, categories: [copyleft] }', withPackage('a', ['MIT OR GPL-2.0']), 'allow'],
  ['{ rule: licences, categories: [unknown] }', withPackage('a', []), 'deny'],
  ['{ rule: licences, denied: ["CC-BY-NC-*"] }', withPackage('a', ['cc-by-nc-4.0']), 'deny'],
  ['{ rule: licences, denied: [MIT] }', withPackage('a', ['MIT-0']), 'allow'],
  ['{ rule: packages, denied: [netcat] }', withPackage('netcat', []), 'deny'],
  ['{ rule: packages, denied: [npm/netcat] }', withPackage('netcat', []), 'deny'],
  ['{ rule: packages, denied: [deb/netcat] }', withPackage('netcat', []), 'allow'],
  ['{ rule: workload, atLeast: high }', withRun(run('run/privileged', 'high')), 'deny'],
  ['{ rule: workload, atLeast: high }', withRun(run('run/privileged', 'low')), 'allow'],
  ['{ rule: workload, atLeast: high, only: [run/two-writers] }', withRun(run('run/privileged', 'high')), 'allow'],
  ['{ rule: workload, atLeast: high, only: [run/privileged] }', withRun(run('run/privileged', 'high')), 'deny'],
  ['{ rule: workload, atLeast: high, except: [run/privileged] }', withRun(run('run/privileged', 'high')), 'allow'],
  ['{ rule: workload, atLeast: high }', facts(), 'unknown'],
  [
    '{ rule: workload, atLeast: high }',
    facts({ workload: { state: 'failed', why: 'x', partial: [run('run/privileged', 'high')] } }),
    'deny',
  ],
  ['{ rule: snapshot-schedule }', withData({ schedule: 'nightly' }), 'allow'],
  ['{ rule: snapshot-schedule }', withData({}), 'deny'],
  ['{ rule: snapshot-schedule }', withData({ name: '/srv/db' }), 'deny'],
  ['{ rule: writers-trusted }', withData({ writersTrusted: true }), 'allow'],
  ['{ rule: writers-trusted }', withData({ writersTrusted: false }), 'deny'],
  ['{ rule: writers-trusted }', withData({}), 'unknown'],
  ['{ rule: snapshot-age, hours: 24 }', withVolume(daysAgo(1), null), 'allow'],
  ['{ rule: snapshot-age, hours: 24 }', withVolume(daysAgo(1.1), null), 'deny'],
  ['{ rule: snapshot-age, hours: 24 }', withVolume(null, null), 'deny'],
  ['{ rule: snapshot-age, hours: 24 }', withVolume('long ago', null), 'deny'],
  ['{ rule: snapshot-age, hours: 24 }', facts(), 'unknown'],
  ['{ rule: drill-age, days: 30 }', withVolume(null, daysAgo(30)), 'allow'],
  ['{ rule: drill-age, days: 30 }', withVolume(null, daysAgo(31)), 'deny'],
  ['{ rule: drill-age, days: 30 }', withVolume(null, null), 'deny'],
];

describe('built-in rules', () => {
  it.each(EXAMPLES.map(([rule, given, decision], index) => ({ rule, given, decision, index })))(
    '$rule: $decision ($index)',
    ({ rule, given, decision }) => {
      expect(decide(given, rule)).toBe(decision);
    },
  );

  it('each has an example that is allowed and one that is not', () => {
    for (const { id } of RULES) {
      const decisions = EXAMPLES.filter(([rule]) => rule.startsWith(`{ rule: ${id}`)).map(([, , decision]) => decision);
      expect(decisions, id).toContain('allow');
      expect(
        decisions.some((decision) => decision !== 'allow'),
        id,
      ).toBe(true);
    }
  });

  it('each says in one sentence what is wrong, with the value that is', () => {
    for (const [rule, given, decision] of EXAMPLES) {
      if (decision !== 'deny') continue;
      for (const sentence of sentences(judge(given, [ruleOf(rule)]))) expect(sentence).toMatch(/^\S.*[^.]\.$/);
    }
  });

  it('a finding says its package, place and lowest fix', () => {
    expect(judge(factsWith({}), [ruleOf('{ rule: severity, atLeast: high }')])).toMatchObject({
      decision: 'deny',
      reasons: [
        {
          policy: 'test',
          rule: 'severity',
          sentence: 'CVE-2026-1000 in openssl 3.0.1 is high.',
          fix: 'Update openssl 3.0.1 to 3.0.11.',
          positions: [{ kind: 'layer', layer: 2, path: '/var/lib/dpkg/status' }],
          vulnerability: 'CVE-2026-1000',
          package: 'openssl',
        },
      ],
    });
  });

  it('newOnly passes over what was there before, in whatever version of the package', () => {
    const policy = ruleOf('{ rule: severity, atLeast: high, newOnly: true }');
    const before = new Set(['CVE-2026-1000 pkg:deb/debian/openssl']);
    expect(judge(factsWith({}), [policy], { baseline: before }).decision).toBe('allow');
    expect(judge(factsWith({ id: 'CVE-2026-1001' }), [policy], { baseline: before }).decision).toBe('deny');
  });
});
