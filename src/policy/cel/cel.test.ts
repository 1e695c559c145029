import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { activationOf } from '#policy/cel/activation.ts';
import { facts, factsWith, NOW } from '#policy/facts/facts.fixture.ts';
import type { Facts } from '#policy/facts/facts.ts';
import { judge, policyOf, sentences } from '#policy/policy.fixture.ts';

const one = (expression: string, more = '') => policyOf(`validations:\n  - expression: '${expression}'\n${more}`);
const decide = (expression: string, given: Facts = facts()) => judge(given, [one(expression)]).decision;

function refusal(body: string): string {
  try {
    policyOf(body);
  } catch (error) {
    if (error instanceof HoldfastError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('expressions', () => {
  it.each([
    ['object.image.root == false', 'allow'],
    ['object.image.user == "0"', 'deny'],
    ['object.image.layers + 1 == 4', 'allow'],
    ['object.image.ageDays <= 30', 'allow'],
    ['object.image.registry.startsWith("registry.")', 'allow'],
    ['object.image.labels["org.opencontainers.image.source"].matches("^https://example.com/")', 'allow'],
    ['has(object.image.labels.team)', 'deny'],
    ['has(object.data)', 'deny'],
    ['object.states.data == "not-collected"', 'allow'],
    ['object.subject.kind == "image"', 'allow'],
    ['object.findings.all(f, f.severity != "critical")', 'allow'],
    ['size(object.findings) == 0', 'allow'],
    ['now > timestamp("2026-01-01T00:00:00Z")', 'allow'],
    // A missing key is a rule that does not hold.
    ['object.image.colour == "red"', 'deny'],
    ['object.workload.name == "x"', 'deny'],
    ['object.image.user + 1 == 2', 'deny'],
    ['object.image.user', 'deny'],
  ])('%s: %s', (expression, decision) => {
    expect(decide(expression)).toBe(decision);
  });

  it('see findings with their ages in days, and what is unknown as null', () => {
    const given = factsWith({ published: null });
    expect(decide('object.findings.exists(f, f.daysSincePublished == null)', given)).toBe('allow');
    expect(decide('object.findings.all(f, f.daysSincePublished == 100)', factsWith({}))).toBe('allow');
    expect(decide('object.findings.all(f, f.fixedVersions.exists(v, v.startsWith("3.")))', factsWith({}))).toBe(
      'allow',
    );
    expect(decide('object.findings.all(f, f.epss < 0.5)', factsWith({}))).toBe('allow');
  });

  it('whole numbers are integers at any depth, and fractions are not', () => {
    const found = activationOf(factsWith({ layer: 2, epss: 0.25, score: 7 }), NOW) as Record<string, unknown>;
    expect(found['findings']).toMatchObject([{ layer: 2n, epss: 0.25, score: 7n, daysSincePublished: 100n }]);
    expect(found['advisories']).toMatchObject({ records: 1000n });
  });

  it.each([
    ['object.image.user ==', 'p.yaml'],
    ['1 + "a" == 2', 'no such overload'],
    ['variables.absent', 'No variable absent comes before this expression.'],
    ['nothing.here', 'Unknown variable'],
    ['object.secrets.size() == 0', 'It needs object.secrets, which this program does not collect.'],
    [`${'('.repeat(200)}1${')'.repeat(200)} == 1`, ''],
    ['x'.repeat(30_000), 'at most 20000 are read'],
  ])('%s is refused when the policy is loaded', (expression, expected) => {
    const said = refusal(`validations:\n  - expression: >-\n      ${expression}\n`);
    expect(said).toMatch(/^test\.yaml:5:\d+: /);
    if (expected !== 'p.yaml') expect(said.toLowerCase()).toContain(expected.toLowerCase());
  });
});

describe('a policy in the form of ValidatingAdmissionPolicy', () => {
  it('variables see those before them, and one that fails harms only who uses it', () => {
    const body = (expression: string) => `variables:
  - name: user
    expression: object.image.user
  - name: number
    expression: int(variables.user)
  - name: broken
    expression: object.image.absent
validations:
  - expression: ${expression}
`;
    expect(judge(facts(), [policyOf(body('variables.number == 1000'))]).decision).toBe('allow');
    expect(judge(facts(), [policyOf(body('variables.broken == 1'))]).decision).toBe('deny');
    expect(
      refusal(
        'variables:\n  - name: a\n    expression: variables.b\n  - name: b\n    expression: "1"\nvalidations: []',
      ),
    ).toContain('No variable b');
    expect(
      refusal(
        'variables:\n  - name: a\n    expression: "1"\n  - name: a\n    expression: "1"\nvalidations:\n  - expression: "true"',
      ),
    ).toContain('The variable a is there twice.');
  });

  it('conditions that do not match take the whole policy away', () => {
    const body = (condition: string) =>
      `matchConditions:\n  - name: c\n    expression: ${condition}\nrules:\n  - rule: pinned\n`;
    const other = policyOf('rules:\n  - rule: non-root\n', 'other');
    expect(judge(facts(), [policyOf(body('object.image.tag == "1.4"')), other]).decision).toBe('deny');
    expect(judge(facts(), [policyOf(body('object.image.tag == "2"')), other])).toMatchObject({
      decision: 'allow',
      policies: [{ name: 'other' }],
    });
    expect(judge(facts(), [policyOf(body('object.image.tag == "2"'))]).decision).toBe('unknown');
    expect(judge(facts(), [policyOf(body('object.image.absent == "2"')), other]).decision).toBe('deny');
  });

  it('messages are said, made where they can be, and reasons name the rule', () => {
    const policy = policyOf(`validations:
  - expression: object.image.user != "1000"
    message: Not this user.
    reason: Forbidden
  - expression: object.image.layers > 3
    messageExpression: '"only " + string(object.image.layers) + " layers"'
  - expression: object.image.layers > 4
    message: Too few.
    messageExpression: object.image.absent
  - expression: object.image.layers > 5
`);
    const verdict = judge(facts(), [policy]);
    expect(sentences(verdict)).toEqual([
      'Not this user.',
      'only 3 layers',
      'Too few.',
      'It does not hold: object.image.layers > 5',
    ]);
    expect(verdict).toMatchObject({ reasons: [{ rule: 'cel/Forbidden' }, { rule: 'cel/2' }, { rule: 'cel/3' }, {}] });
  });

  it('with failurePolicy Ignore what cannot be evaluated only warns; what does not hold still denies', () => {
    const ignoring = (expression: string) => one(expression, 'failurePolicy: Ignore\n');
    expect(judge(facts(), [ignoring('object.image.absent == 1')])).toMatchObject({
      decision: 'allow',
      warnings: [{ rule: 'cel/1' }],
    });
    expect(judge(facts(), [ignoring('object.image.layers == 1')]).decision).toBe('deny');
  });

  it('the parts of a Kubernetes policy’s spec are taken as they are', () => {
    const spec = `failurePolicy: Fail
matchConditions:
  - name: exclude-system.example.com/images
    expression: '!(object.image.repository.startsWith("system/"))'
variables:
  - name: labels
    expression: "has(object.image.labels) ? object.image.labels : {}"
validations:
  - expression: "'org.opencontainers.image.source' in variables.labels"
    messageExpression: "'image ' + object.image.reference + ' names no source'"
    reason: Invalid
  - expression: object.image.layers <= 5
    message: image must be no greater than five layers
`;
    expect(judge(facts(), [policyOf(spec)]).decision).toBe('allow');
  });

  it('in warn mode it denies nothing', () => {
    expect(judge(facts(), [one('false', 'mode: warn\n')])).toMatchObject({
      decision: 'allow',
      warnings: [{ rule: 'cel/1' }],
    });
  });
});
