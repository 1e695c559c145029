import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { factsWith, NOW } from '#policy/facts/facts.fixture.ts';
import { readYamlFile } from '#policy/load/yaml-file.ts';
import { judge, ruleOf } from '#policy/policy.fixture.ts';
import { endOf } from './expiry.ts';
import { loadWaivers } from './load-waivers.ts';
import { readTrivyIgnore, readTrivyIgnoreYaml } from './trivy-ignore.ts';

const HEAD = 'apiVersion: holdfast/v1\nkind: Waivers\nwaivers:\n';
const entry = (own: Readonly<Record<string, string>>) => {
  const fields = {
    vulnerability: 'CVE-2026-1000',
    author: 'Ann',
    reason: 'not reachable',
    expires: '2026-12-31',
    ...own,
  };
  return `  - ${Object.entries(fields)
    .filter(([, value]) => value !== '-')
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n    ')}\n`;
};
const load = (text: string) =>
  loadWaivers(readYamlFile(text, 'a/waivers.yaml', 'WAIVERS_INVALID'), 'a/waivers.yaml', NOW);
const policy = ruleOf('{ rule: severity, atLeast: high }');

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    expect(error).toMatchObject({ code: 'WAIVERS_INVALID', kind: 'usage' });
    return error.message;
  }
  return 'nothing';
}

describe('files of waivers', () => {
  it('say who accepts what, why and until when; each is called by its place', () => {
    const [first, second] = load(
      HEAD +
        entry({}) +
        entry({
          id: 'ours',
          rule: 'severity',
          vulnerability: '-',
          images: '[a, b]',
          justification: 'vulnerable_code_not_present',
        }),
    );
    expect(first).toEqual({
      id: 'waivers.yaml:4',
      vulnerability: 'CVE-2026-1000',
      images: [],
      author: 'Ann',
      reason: 'not reachable',
      expires: '2027-01-01T00:00:00.000Z',
    });
    expect(second).toMatchObject({ id: 'ours', rule: 'severity', images: ['a', 'b'] });
    expect(judge(factsWith({}), [policy], { waivers: load(HEAD + entry({})) }).decision).toBe('allow');
  });

  it.each([
    ['no expiry', { expires: '-' }, ':4:5: expires: it is missing.'],
    ['no author', { author: '-' }, ':4:5: author: it is missing.'],
    ['no reason', { reason: '""' }, 'reason: it must be at least 1.'],
    ['more than a year', { expires: '2027-06-20' }, ':7:14: expires: it is more than a year ahead.'],
    ['no date', { expires: 'soon' }, ':7:14: expires: "soon" is no date.'],
    ['a day that is not there', { expires: '2026-02-30' }, 'is no date'],
    ['an unknown rule', { rule: 'severty' }, 'There is no rule "severty". Did you mean severity?'],
    ['nothing that is waived', { vulnerability: '-' }, ':4:5: Item 1: it needs a vulnerability or a rule'],
    ['another justification', { justification: 'because' }, 'justification: it must be one of component_not_present'],
    ['a mistyped key', { expire: '2026-12-31' }, 'There is no "expire" here. Did you mean expires?'],
  ])('%s is refused with its place', (_, own, expected) => {
    expect(refusal(() => load(HEAD + entry(own as Readonly<Record<string, string>>)))).toContain(expected);
  });

  it('two with one id are refused', () => {
    expect(refusal(() => load(HEAD + entry({ id: 'x' }) + entry({ id: 'x' })))).toContain(
      'Two waivers are called "x".',
    );
  });

  it('a waiver for a path counts there only', () => {
    const at = (paths: string) => judge(factsWith({}), [policy], { waivers: load(HEAD + entry({ paths })) }).decision;
    expect(at('[/var/lib/dpkg/status]')).toBe('allow');
    expect(at('["var/**"]')).toBe('allow');
    expect(at('["var/*"]')).toBe('deny');
  });

  it('a day counts whole, a time as it is', () => {
    expect(endOf('2026-12-31')).toBe('2027-01-01T00:00:00.000Z');
    expect(endOf('2026-12-31T12:00:00+02:00')).toBe('2026-12-31T10:00:00.000Z');
    for (const text of ['', '2026', '31.12.2026', '2026-13-01', '2026-12-31T25:00:00Z', 'tomorrow'])
      expect(endOf(text)).toBeUndefined();
  });
});

describe('Trivy’s ignore files', () => {
  it('ids with and without dates, and comments', () => {
    const text =
      '\uFEFF# accepted\r\nCVE-2026-1000\r\n\r\n  CVE-2026-2 exp:2026-07-01  # note\nGHSA-aaaa-bbbb-cccc exp:2026-01-01\n';
    const { waivers } = readTrivyIgnore(text, 'x/.trivyignore', NOW);
    expect(
      waivers.map(({ id, vulnerability, expires, undated }) => [id, vulnerability, expires.slice(0, 10), undated]),
    ).toEqual([
      ['.trivyignore:2', 'CVE-2026-1000', '2026-06-16', true],
      ['.trivyignore:4', 'CVE-2026-2', '2026-07-01', undefined],
      ['.trivyignore:5', 'GHSA-aaaa-bbbb-cccc', '2026-01-01', undefined],
    ]);
    const verdict = judge(factsWith({}), [policy], { waivers });
    expect(verdict).toMatchObject({
      decision: 'allow',
      notes: [
        'The waiver .trivyignore:5 of nobody named is over since 2026-01-01; it would have counted here.',
        'A waiver matches nothing here: .trivyignore:4.',
        'No day on which it is over: .trivyignore:2. Give each one.',
      ],
    });
  });

  it('what is no id and what is no date is refused with its place', () => {
    expect(refusal(() => readTrivyIgnore('CVE-2026-1\n  <html>\n', '.trivyignore', NOW))).toContain(
      '.trivyignore:2:3: "<html>" is no id',
    );
    expect(refusal(() => readTrivyIgnore('CVE-2026-1 exp:soon\n', '.trivyignore', NOW))).toContain(
      '.trivyignore:1:1: "soon" is no date.',
    );
  });

  it('the YAML form, with purls and paths; what is not about vulnerabilities is said', () => {
    const text = `vulnerabilities:
  - id: CVE-2026-1000
    paths: ["var/lib/dpkg/status"]
    purls: ["pkg:deb/debian/openssl", "pkg:deb/debian/zlib"]
    statement: Accepted
    expired_at: 2026-07-01
misconfigurations:
  - id: AVD-1
`;
    const read = (given: string) =>
      readTrivyIgnoreYaml(readYamlFile(given, 'y', 'WAIVERS_INVALID'), '.trivyignore.yaml', NOW);
    const { waivers, notes } = read(text);
    expect(waivers.map(({ id }) => id)).toEqual(['.trivyignore.yaml:2', '.trivyignore.yaml:2#2']);
    expect(judge(factsWith({}), [policy], { waivers }).decision).toBe('allow');
    expect(judge(factsWith({ location: 'x' }), [policy], { waivers }).decision).toBe('deny');
    expect(notes).toHaveLength(1);
    expect(refusal(() => read('vulnerabilities:\n  - id: CVE-2026-1\n    expired_at: x\n'))).toContain(
      ':3:17: expired_at: "x" is no date.',
    );
    expect(refusal(() => read('vulnerabilites: []\n'))).toContain('Did you mean vulnerabilities?');
  });

  it('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        refusal(() => readTrivyIgnore(text, '.trivyignore', NOW));
      }),
    );
  });
});
