import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '#core/severity.ts';
import { facts, factsWith, finding, image, NOW } from '#policy/facts/facts.fixture.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import { judge, policyOf } from '#policy/policy.fixture.ts';
import type { Policy } from '#policy/policy.ts';
import { SHIPPED } from '#policy/shipped/list.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

const shipped = (name: string): Policy =>
  policyOf((SHIPPED.get(name)?.text ?? '').replace(/^(?:apiVersion|kind|name): .*\n/gm, ''), name);
const BASELINE = shipped('baseline');
const STRICT = shipped('strict');
const AUDIT = shipped('audit');

const waiver = (own: Partial<Waiver>): Waiver => ({
  id: 'w1',
  images: [],
  author: 'Ann',
  reason: 'not reachable',
  expires: '2026-07-01T00:00:00Z',
  ...own,
});

const someFinding = fc
  .record({
    id: fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'),
    severity: fc.constantFrom(...SEVERITIES),
    fixable: fc.boolean(),
    knownExploited: fc.boolean(),
    owner: fc.constantFrom('base', 'app', 'unknown'),
    status: fc.constantFrom('affected', 'not_affected', 'fixed', 'under_investigation'),
    epss: fc.constantFrom(null, 0.1, 0.9),
    package: fc.constantFrom('a', 'b'),
  })
  .map((own) => finding({ ...own, purl: `pkg:deb/debian/${own.package}@3.0.1` } as Partial<FindingFacts>));
const someFindings = fc.uniqueArray(someFinding, { maxLength: 6, selector: (one) => `${one.id} ${one.purl}` });
const somePolicies = fc.subarray([BASELINE, STRICT, AUDIT], { minLength: 1 });
const someWaivers = fc.array(
  fc
    .record({
      vulnerability: fc.constantFrom(undefined, 'CVE-2026-1', 'CVE-2026-2'),
      rule: fc.constantFrom(undefined, 'severity', 'coverage', 'non-root'),
      package: fc.constantFrom(undefined, 'a'),
      expires: fc.constantFrom('2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z'),
    })
    .map(waiver),
  { maxLength: 4 },
);
const someFacts = fc
  .record({
    findings: someFindings,
    state: fc.constantFrom('collected', 'failed', 'partial', 'not-collected'),
    root: fc.constantFrom(true, false, null),
    covered: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ findings, state, root, covered }) =>
    facts({
      image: { state: 'collected', value: image({ root }) },
      coverage: {
        state: 'collected',
        value: [
          { subject: 'npm', state: 'covered', packages: covered, reason: '' },
          { subject: 'deb', state: 'stale', packages: 100 - covered, reason: '' },
        ],
      },
      findings:
        state === 'collected'
          ? { state, value: findings }
          : state === 'partial'
            ? { state: 'failed', why: 'a layer ends early', partial: findings }
            : { state: state as 'failed' | 'not-collected', why: 'a layer ends early' },
    }),
  );

const incomplete = (given: Facts): readonly Facts[] =>
  (['findings', 'coverage', 'image'] as const).flatMap((name) => {
    const fact = given[name];
    const part = fact.state === 'collected' ? { partial: fact.value } : {};
    return [
      { ...given, [name]: { state: 'failed', why: 'damaged' } },
      { ...given, [name]: { state: 'failed', why: 'damaged', ...part } },
    ] as Facts[];
  });

describe('laws of evaluate', () => {
  it('what could not be read never becomes allow, under any policy that looks at it', () => {
    fc.assert(
      fc.property(someFacts, somePolicies, someWaivers, (given, policies, waivers) => {
        for (const damaged of incomplete(given)) {
          const needed = policies.some(({ rules }) =>
            rules.some(({ rule }) => rule.needs.some((name) => damaged[name].state === 'failed')),
          );
          if (needed) expect(judge(damaged, policies, { waivers }).decision).not.toBe('allow');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('waivers never turn unknown into allow', () => {
    fc.assert(
      fc.property(someFacts, somePolicies, someWaivers, (given, policies, waivers) => {
        const without = judge(given, policies);
        const missing = without.decision === 'allow' ? [] : without.missing;
        if (missing.length > 0) expect(judge(given, policies, { waivers }).decision).not.toBe('allow');
      }),
    );
  });

  it('waivers of all that is denied leave no deny, and each reason is told as waived', () => {
    fc.assert(
      fc.property(someFacts, somePolicies, (given, policies) => {
        const before = judge(given, policies);
        if (before.decision !== 'deny') return;
        const waivers = [...new Set(before.reasons.map(({ rule }) => rule))].map((rule) => waiver({ id: rule, rule }));
        const after = judge(given, policies, { waivers });
        expect(after.decision).toBe(before.missing.length > 0 ? 'unknown' : 'allow');
        const told = after.waived.map(({ reason }) => `${reason.rule} ${reason.vulnerability} ${reason.purl}`);
        for (const { rule, vulnerability, purl } of before.reasons)
          expect(told).toContain(`${rule} ${vulnerability} ${purl}`);
      }),
    );
  });

  it('what certainly does not hold denies, whatever else is unknown', () => {
    fc.assert(
      fc.property(someFacts, somePolicies, (given, policies) => {
        if (judge(given, policies).decision !== 'deny' || given.findings.state !== 'collected') return;
        const blind = {
          ...given,
          advisories: { state: 'failed', why: 'x' },
          coverage: { state: 'failed', why: 'x' },
          findings: { state: 'failed', why: 'x', partial: given.findings.value },
        } as Facts;
        expect(judge(blind, policies).decision).toBe('deny');
      }),
    );
  });

  it('a finding more never makes a verdict better', () => {
    const rank = { allow: 0, unknown: 1, deny: 2 };
    fc.assert(
      fc.property(someFindings, someFinding, somePolicies, (found, more, policies) => {
        const before = judge(factsWith(...found), policies).decision;
        expect(rank[judge(factsWith(...found, more), policies).decision]).toBeGreaterThanOrEqual(rank[before]);
      }),
    );
  });

  it('the same input gives the same verdict, and leaves it as it was', () => {
    fc.assert(
      fc.property(someFacts, somePolicies, someWaivers, (given, policies, waivers) => {
        const before = structuredClone(given);
        const first = judge(given, policies, { waivers });
        expect(judge(given, policies, { waivers })).toEqual(first);
        expect(given).toEqual(before);
      }),
    );
  });

  it('audit never denies', () => {
    fc.assert(
      fc.property(someFacts, (given) => {
        const verdict = judge(given, [AUDIT]);
        expect(verdict.decision).not.toBe('deny');
        if (verdict.decision === 'unknown') expect(verdict.whenUnknown).toBe('allow');
      }),
    );
  });
});

describe('evaluate', () => {
  it('baseline denies what is exploited and fixable, and criticals whose fix is older than a week', () => {
    const decide = (own: Partial<FindingFacts>) => judge(factsWith(own), [BASELINE]).decision;
    expect(decide({ knownExploited: true })).toBe('deny');
    expect(decide({ knownExploited: true, fixable: false })).toBe('allow');
    expect(decide({ severity: 'critical' })).toBe('deny');
    expect(decide({ severity: 'critical', fixed: '2026-06-14T00:00:00Z' })).toBe('allow');
    expect(decide({ severity: 'critical', fixable: false })).toBe('allow');
    expect(decide({ severity: 'high' })).toBe('allow');
    expect(judge(facts(), [BASELINE])).toEqual({
      decision: 'allow',
      policies: [{ name: 'baseline', mode: 'enforce' }],
      warnings: [],
      waived: [],
      notes: [],
    });
  });

  it('without a policy for the subject nothing is known', () => {
    const other = policyOf('match:\n  images: [other.example/**]\nrules:\n  - rule: non-root\n');
    expect(judge(facts(), [other])).toMatchObject({ decision: 'unknown', policies: [], whenUnknown: 'deny' });
    expect(judge(facts(), [{ ...BASELINE, mode: 'off' }]).decision).toBe('unknown');
  });

  it('only the policies that could not tell say what unknown means', () => {
    const blind = facts({ findings: { state: 'not-collected', why: 'x' } });
    const image = policyOf('whenUnknown: deny\nrules:\n  - rule: non-root\n', 'image');
    const lenient = policyOf('whenUnknown: allow\nrules:\n  - rule: known-exploited\n', 'lenient');
    expect(judge(blind, [image, lenient])).toMatchObject({ decision: 'unknown', whenUnknown: 'allow' });
    expect(judge(blind, [image, lenient, STRICT])).toMatchObject({ decision: 'unknown', whenUnknown: 'deny' });
  });

  it('rules over findings ask for coverage where their policy says nothing of it', () => {
    const coverage = {
      state: 'collected',
      value: [{ subject: 'npm', state: 'no-data', packages: 5, reason: '' }],
    } as const;
    const given = facts({ coverage: { ...coverage, value: [...coverage.value] } });
    const bare = policyOf('rules:\n  - rule: known-exploited\n');
    expect(judge(given, [bare]).decision).toBe('unknown');
    const said = policyOf('rules:\n  - rule: known-exploited\n  - rule: coverage\n    atLeast: 0\n');
    expect(judge(given, [said]).decision).toBe('allow');
    expect(judge(given, [policyOf('rules:\n  - rule: non-root\n')]).decision).toBe('allow');
  });

  it('what a warning rule cannot tell is a warning; what could not be read is more than that', () => {
    const policy = policyOf(
      'rules:\n  - rule: pinned\n    mode: off\n  - rule: non-root\n    mode: warn\n  - rule: sbom\n',
    );
    const noImage = facts({ image: { state: 'not-collected', why: 'a directory is no image' } });
    expect(judge(noImage, [policy])).toMatchObject({ decision: 'allow', warnings: [{ severity: 'unknown' }] });
    expect(judge(facts({ image: { state: 'failed', why: 'x' } }), [policy]).decision).toBe('unknown');
  });

  it('a flaw that is a reason is no warning beside it, and a warning only once', () => {
    const verdict = judge(factsWith({ knownExploited: true, severity: 'critical' }), [BASELINE]);
    expect(verdict).toMatchObject({ decision: 'deny', warnings: [] });
    const warned = judge(factsWith({ knownExploited: true, fixable: false }), [BASELINE]);
    expect(warned.warnings).toHaveLength(1);
  });

  it('a subject has the name that was asked for, its whole name, and the one of Docker Hub', () => {
    const hub = facts({
      subject: { kind: 'image', name: 'alpine', environment: null },
      image: {
        state: 'collected',
        value: image({ registry: 'docker.io', repository: 'library/alpine', tag: '3.19', digest: null }),
      },
    });
    for (const pattern of ['alpine', 'alpine:3.19', 'docker.io/library/alpine', 'docker.io/**']) {
      const policy = policyOf(`match:\n  images: ["${pattern}"]\nrules:\n  - rule: non-root\n`);
      expect([pattern, judge(hub, [policy]).decision]).toEqual([pattern, 'allow']);
    }
  });
});

describe('waivers', () => {
  const given = factsWith({ knownExploited: true }, { id: 'CVE-2026-2', knownExploited: true, package: 'zlib' });
  const waived = (own: Partial<Waiver>) => judge(given, [BASELINE], { waivers: [waiver(own)] });

  it('cover by any id of a flaw, by rule, by package and by image', () => {
    expect(waived({ vulnerability: 'CVE-2026-1000' }).waived).toHaveLength(1);
    expect(waived({ vulnerability: 'GHSA-aaaa-bbbb-cccc' }).decision).toBe('allow');
    expect(waived({ rule: 'known-exploited' }).decision).toBe('allow');
    expect(waived({ rule: 'known-exploited', package: 'zlib' }).waived).toHaveLength(1);
    expect(waived({ rule: 'known-exploited', package: 'pkg:deb/debian/openssl' }).waived).toHaveLength(2);
    expect(waived({ rule: 'known-exploited', package: 'pkg:deb/debian/openssl@3.0.1' }).waived).toHaveLength(2);
    expect(waived({ rule: 'known-exploited', package: 'pkg:deb/debian/open' }).waived).toHaveLength(0);
    expect(waived({ rule: 'known-exploited', images: ['registry.example/**'] }).decision).toBe('allow');
    expect(waived({}).waived).toHaveLength(0);
  });

  it('one that is over says so, one that matches nothing is named, and those for other images are', () => {
    const over = waived({ rule: 'known-exploited', expires: '2026-06-14T00:00:00Z' });
    expect(over).toMatchObject({
      decision: 'deny',
      notes: ['The waiver w1 of Ann is over since 2026-06-14; it would have counted here.'],
    });
    expect(waived({ vulnerability: 'CVE-1999-1' }).notes).toEqual(['A waiver matches nothing here: w1.']);
    expect(waived({ rule: 'known-exploited', images: ['other'] }).notes).toEqual(['A waiver is for other images: w1.']);
  });

  it('a waiver counts until the very moment at which it is over', () => {
    const until = (ms: number) => waived({ rule: 'known-exploited', expires: new Date(NOW + ms).toISOString() });
    expect(until(1).decision).toBe('allow');
    expect(until(0).decision).toBe('deny');
  });
});

describe('days of grace that cannot be counted from where the policy says', () => {
  const notesOf = (rules: string, ...findings: readonly Partial<FindingFacts>[]) =>
    judge(factsWith(...findings), [policyOf(`rules:\n${rules}`)]).notes;
  const sinceFix = '  - { rule: severity, atLeast: high, graceDays: 7, since: fix }\n';
  const sinceSeen = '  - { rule: severity, atLeast: high, graceDays: 7, since: first-seen }\n';

  it('are told once, whichever rules ask', () => {
    const both = `${sinceFix}  - { rule: epss, atLeast: 0, graceDays: 9, since: fix }\n`;
    expect(notesOf(both, { id: 'CVE-1' }, { id: 'CVE-2', fixed: '2026-01-01T00:00:00Z' })).toEqual([
      'When the fix of CVE-1 appeared is not known: `since: fix` counts from publication there.',
    ]);
    expect(notesOf(sinceSeen, { id: 'CVE-1' }, { id: 'CVE-2' }, { id: 'CVE-3' }, { id: 'CVE-4' })).toEqual([
      'No record says when CVE-1, CVE-2, CVE-3 and 1 more were first seen: `since: first-seen` gives no grace there.',
    ]);
  });

  it('are not told of flaws that no rule speaks of, that have no fix or no grace', () => {
    expect(notesOf(sinceFix, { severity: 'low' }, { fixable: false }, { status: 'not_affected' })).toEqual([]);
    expect(notesOf(sinceFix.replace('7', '{ critical: 7 }'), {})).toEqual([]);
    expect(notesOf(sinceFix.replace(', since: fix', ''), {})).toEqual([]);
  });
});
