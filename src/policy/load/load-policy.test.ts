import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { policyFrom } from '#policy/policy.fixture.ts';
import { RULES } from '#policy/rules/list.ts';
import { composeShipped } from '#policy/shipped/compose.ts';
import { SHIPPED } from '#policy/shipped/list.ts';
import { readYamlFile } from './yaml-file.ts';

const HEAD = 'apiVersion: holdfast/v1\nkind: Policy\nname: test\n';
const RULE = 'rules:\n  - rule: non-root\n';

/** What is said of a file. */
function refusal(text: string): string {
  try {
    policyFrom(text);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    expect(error).toMatchObject({ code: 'POLICY_INVALID', kind: 'usage', path: 'p.yaml' });
    return error.message;
  }
  return 'nothing';
}

const load = (text: string) => policyFrom(text);

describe('loadPolicy', () => {
  it('reads the shipped policies, as they are judged by without being read', () => {
    for (const [name, shipped] of SHIPPED) {
      expect(shipped.value.name).toBe(name);
      expect(readYamlFile(shipped.text, name, 'X').value).toEqual(shipped.value);
      expect(composeShipped(shipped)).toEqual(load(shipped.text));
      // Every run collects what they look at.
      expect(load(shipped.text).rules.flatMap(({ rule }) => rule.needs)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/workload|data|secrets|malware|trust/)]),
      );
    }
    expect(load(SHIPPED.get('baseline')?.text ?? '')).toMatchObject({ mode: 'enforce', whenUnknown: 'warn' });
  });

  it.each([
    ['the empty file', '', 'p.yaml:1:1: The file is empty.'],
    ['a text', 'hello', 'p.yaml:1:1: This: it must be a mapping.'],
    ['a list', '- a', 'p.yaml:1:1: This: it must be a mapping.'],
    ['no name', 'apiVersion: holdfast/v1\nkind: Policy\nrules: []', 'p.yaml:1:1: name: it is missing.'],
    ['another version', HEAD.replace('v1', 'v2') + RULE, 'p.yaml:1:13: apiVersion: it must be holdfast/v1.'],
    [
      'a bad name',
      HEAD.replace('test', 'A b') + RULE,
      'p.yaml:3:7: name: it has letters or a form that it may not have.',
    ],
    [
      'a mistyped key',
      `${HEAD}whenUnkown: deny\n${RULE}`,
      'p.yaml:4:1: There is no "whenUnkown" here. Did you mean whenUnknown?',
    ],
    ['a key of another level', `${HEAD}images: [a]\n${RULE}`, 'p.yaml:4:1: There is no "images" here.'],
    [
      'a mistyped key inside',
      `${HEAD}match:\n  image: [a]\n${RULE}`,
      'p.yaml:5:3: There is no "image" here. Did you mean images?',
    ],
    ['a bad mode', `${HEAD}mode: block\n${RULE}`, 'p.yaml:4:7: mode: it must be one of off, warn, enforce.'],
    ['an empty value', `${HEAD}mode:\n${RULE}`, 'p.yaml:4:6: mode: it must be one of off, warn, enforce.'],
    [
      'an unknown rule',
      `${HEAD}rules:\n  - rule: nonroot\n`,
      'p.yaml:5:11: There is no rule "nonroot". Did you mean non-root?',
    ],
    [
      'a rule to come',
      `${HEAD}rules:\n  - rule: secrets\n`,
      'p.yaml:5:11: The rule secrets needs secrets, which this program does not collect',
    ],
    [
      'a mistyped parameter',
      `${HEAD}rules:\n  - rule: severity\n    atleast: high\n`,
      'p.yaml:6:5: There is no "atleast" here. Did you mean atLeast?',
    ],
    ['a missing parameter', `${HEAD}rules:\n  - rule: severity\n`, 'p.yaml:5:5: atLeast: it is missing.'],
    [
      'a bad severity',
      `${HEAD}rules:\n  - rule: severity\n    atLeast: hi\n`,
      'p.yaml:6:14: atLeast: it must be one of critical, high',
    ],
    [
      'a number out of bounds',
      `${HEAD}rules:\n  - rule: epss\n    atLeast: 50\n`,
      'p.yaml:6:14: atLeast: it must be at most 1.',
    ],
    ['no number', `${HEAD}rules:\n  - rule: image-age\n    days: many\n`, 'p.yaml:6:11: days: it must be a number.'],
    [
      'an empty list',
      `${HEAD}rules:\n  - rule: registries\n    allowed: []\n`,
      'p.yaml:6:14: allowed: it must have at least 1 of them.',
    ],
    [
      'days without grace',
      `${HEAD}rules:\n  - rule: known-exploited\n    since: fix\n`,
      'p.yaml:6:12: since: it needs graceDays',
    ],
    [
      'licences without a list',
      `${HEAD}rules:\n  - rule: licences\n`,
      'p.yaml:5:5: This: it needs licences that are denied, or categories.',
    ],
    ['the same rule twice', `${HEAD}${RULE}  - rule: non-root\n`, 'p.yaml:6:5: This is rule 1 once more'],
    [
      'a contradiction',
      `${HEAD}${RULE}  - rule: non-root\n    mode: warn\n`,
      'p.yaml:6:5: This is rule 1 once more, with another mode',
    ],
    ['no rules', HEAD, 'p.yaml:3:7: The policy has neither rules nor validations: it would allow everything.'],
    [
      'all off',
      `${HEAD}rules:\n  - rule: non-root\n    mode: off\n`,
      'p.yaml:3:7: The policy has no rule that is not off',
    ],
    ['a repeated key', `${HEAD}mode: warn\nmode: enforce\n${RULE}`, 'p.yaml:5:1: The key "mode" is there twice.'],
    ['a tab', `${HEAD}rules:\n\t- rule: non-root\n`, 'p.yaml:5:1: Tabs are not allowed as indentation.'],
    ['two documents', `${HEAD}${RULE}---\na: 1\n`, 'The file has several documents; there may be one.'],
    ['an unclosed quote', `${HEAD}description: "a\n${RULE}`, 'p.yaml:'],
    ['a key that is a list', `${HEAD}? [a]\n: b\n${RULE}`, 'p.yaml:4:3: A key must be a plain text.'],
    ['an anchor that is not there', `${HEAD}description: *a\n${RULE}`, 'p.yaml:4:14: Nothing has the anchor a.'],
  ])('%s is refused with its place', (_, text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  it('says all that is wrong at once, in the order of the lines', () => {
    const said = refusal(
      `${HEAD}rules:\n  - rule: severty\n  - rule: epss\n    atLeast: 9\n  - rule: non-root\n    colour: red\n`,
    );
    expect(said.split('\n').map((line) => line.trim())).toEqual([
      expect.stringMatching(/^p\.yaml:5:11: There is no rule "severty"/),
      expect.stringMatching(/^p\.yaml:7:14: atLeast/),
      expect.stringMatching(/^p\.yaml:9:5: There is no "colour" here/),
    ]);
  });

  it('lines end as they like, and a mark may stand before the first', () => {
    expect(load(`\uFEFF${HEAD}${RULE}`.replaceAll('\n', '\r\n')).rules).toHaveLength(1);
    expect(refusal(`\uFEFF${HEAD}rules:\n  - rule: nonroot\n`.replaceAll('\n', '\r\n'))).toContain('p.yaml:5:11:');
  });

  it('reads JSON, aliases, and keys that objects have by themselves', () => {
    const json = JSON.stringify({
      apiVersion: 'holdfast/v1',
      kind: 'Policy',
      name: 'j',
      rules: [{ rule: 'non-root' }],
    });
    expect(load(json).name).toBe('j');
    const aliased = `${HEAD}rules:\n  - rule: registries\n    allowed: &a [x]\n  - rule: packages\n    denied: *a\n`;
    expect(load(aliased).rules).toHaveLength(2);
    expect(refusal(`${HEAD}__proto__:\n  a: 1\n${RULE}`)).toContain('p.yaml:4:1: There is no "__proto__" here.');
    expect(refusal(`${HEAD}rules:\n  - rule: constructor\n`)).toContain('There is no rule "constructor"');
  });

  it.each([
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
        .join('\n')}`,
      'aliases',
    ],
    ['many aliases', `a: &a 1\nb: [${Array(200).fill('*a').join(',')}]`, 'more than 100 aliases'],
    ['an alias of itself', 'a: &a [*a]', ''],
    ['deep brackets', '['.repeat(100_000), 'p.yaml:1:51: The file is nested too deep here.'],
    ['deep braces', '{a: '.repeat(30_000), 'nested too deep'],
    ['deep lists', '- '.repeat(100_000), 'nested too deep'],
    ['deep keys', '? '.repeat(100_000), 'nested too deep'],
    [
      'deep indentation',
      Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
      'nested too deep',
    ],
    ['a long file', 'a'.repeat(300_000), 'at most 262144 are read'],
    ['many anchors', '&a '.repeat(20_000), 'more'],
    ['many keys', Array.from({ length: 8_000 }, (_, index) => `k${index}: 1`).join('\n'), 'There is no "k0" here'],
    ['many documents', '---\n'.repeat(8_000), ''],
  ])('%s are refused before long', (_, text, expected) => {
    expect(refusal(text)).toContain(expected);
    expect(refusal(text)).not.toBe('nothing');
    expect(refusal(text).split('\n').length).toBeLessThan(30);
  });

  it('every rule can be named, and says what it needs', () => {
    for (const { id, needs, title, why } of RULES) {
      expect(needs.length, id).toBeGreaterThan(0);
      expect(title).toMatch(/^[A-Z]/);
      expect(why).toMatch(/\.$/);
    }
  });
});
