import { expect, it } from 'vitest';
import { facts, finding, image } from '#policy/facts/facts.fixture.ts';
import { judge, ruleOf } from '#policy/policy.fixture.ts';
import { applyVex } from '#policy/vex/apply-vex.ts';
import { readVex } from '#policy/vex/read-vex.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';
import { openVexOf } from './openvex.ts';

const NOW = new Date('2026-06-15T00:00:00Z');
const policy = ruleOf('{ rule: severity, atLeast: low }');
const waiver: Waiver = {
  ...{ id: 'w', vulnerability: 'CVE-2026-2', images: [], author: 'Ann', reason: 'not called' },
  ...{ expires: '2026-07-01T00:00:00.000Z', justification: 'vulnerable_code_not_in_execute_path' },
};
const given = facts({
  findings: {
    state: 'collected',
    value: [
      finding({}),
      finding({ id: 'CVE-2026-2', aliases: [] }),
      finding({ id: 'CVE-2026-3', aliases: [], status: 'fixed', statement: 'v.json: fixed' }),
      finding({ id: 'CVE-2026-4', aliases: [], fixedVersions: [], fixable: false }),
    ],
  },
});

it('says what to do, who accepted what, and reads back as the same states', () => {
  const verdict = judge(given, [policy], { waivers: [waiver] });
  const document = openVexOf([{ facts: given, verdict, waivers: [waiver] }], NOW);
  expect(document).toMatchObject({ '@context': 'https://openvex.dev/ns/v0.2.0', timestamp: NOW.toISOString() });
  expect(
    document.statements.map(({ vulnerability, status, justification, action_statement }) => [
      vulnerability.name,
      status,
      justification ?? action_statement,
    ]),
  ).toEqual([
    ['CVE-2026-1000', 'affected', 'Update openssl 3.0.1 to 3.0.11.'],
    ['CVE-2026-2', 'not_affected', 'vulnerable_code_not_in_execute_path'],
    ['CVE-2026-3', 'fixed', undefined],
    ['CVE-2026-4', 'affected', 'No fix is known.'],
  ]);
  const { facts: after, notes } = applyVex(given, readVex(JSON.stringify(document), 'own.json'));
  const { findings } = after;
  expect(findings.state === 'collected' && findings.value.map(({ status }) => status)).toEqual([
    'affected',
    'not_affected',
    'fixed',
    'affected',
  ]);
  expect(notes.filter((note) => note.includes('nothing here'))).toEqual([]);
  expect(openVexOf([{ facts: given, verdict, waivers: [waiver] }], NOW)).toEqual(document);
});

it('what has no name of a registry’s is told by its packages', () => {
  const file = { ...given, image: { state: 'collected', value: image({ registry: null, repository: null }) } } as const;
  const document = openVexOf([{ facts: file, verdict: judge(file, [policy]), waivers: [] }], NOW);
  expect(document.statements[0]?.products[0]).toMatchObject({ '@id': 'pkg:deb/debian/openssl@3.0.1?distro=debian-12' });
});
