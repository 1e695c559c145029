import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { licenceForm } from './licence-expression.ts';
import { EXCEPTIONS, LICENCES } from './licence-identifiers.ts';

it('knows only identifiers of the official list', () => {
  const path = '../../../node_modules/@cyclonedx/cyclonedx-library/res/schema/spdx.SNAPSHOT.schema.json';
  const file = new URL(path, import.meta.url);
  const official = new Set((JSON.parse(readFileSync(file, 'utf8')) as { enum: string[] }).enum);
  expect([...LICENCES, ...EXCEPTIONS].filter((id) => !official.has(id))).toEqual([]);
});

it.each([
  ['MIT', 'identifier'],
  ['GPL-2.0+', 'identifier'],
  ['MIT OR Apache-2.0', 'expression'],
  ['(MIT AND ISC) OR (Zlib)', 'expression'],
  ['Apache-2.0+', 'expression'],
  ['GPL-2.0-only WITH Classpath-exception-2.0 AND MIT', 'expression'],
  ['mit', 'name'],
  ['MIT or Apache-2.0', 'name'],
  ['MIT OR Unheard-1.0', 'name'],
  ['MIT OR', 'name'],
  ['(MIT', 'name'],
  ['MIT)', 'name'],
  ['(MIT) WITH Classpath-exception-2.0', 'name'],
  ['GPL-2.0-only WITH MIT', 'name'],
  ['MIT MIT', 'name'],
  ['MIT\nOR ISC', 'name'],
  ['', 'name'],
  ['()', 'name'],
  [`${'('.repeat(600)}MIT${')'.repeat(600)}`, 'name'],
] as const)('takes %j for an %s', (text, form) => {
  expect(licenceForm(text)).toBe(form);
});
