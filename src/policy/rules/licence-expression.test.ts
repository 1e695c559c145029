import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnavoidable } from './licence-expression.ts';

const gpl = (id: string) => id.startsWith('GPL');

describe('isUnavoidable', () => {
  it.each([
    ['GPL-2.0', true],
    ['MIT', false],
    ['MIT OR GPL-2.0', false],
    ['MIT AND GPL-2.0', true],
    ['GPL-2.0 OR GPL-3.0', true],
    ['(MIT OR BSD) AND GPL-2.0', true],
    ['(MIT OR GPL-2.0) AND Apache-2.0', false],
    ['MIT AND (GPL-2.0 OR LGPL-2.1)', false],
    ['MIT OR (BSD AND GPL-2.0)', false],
    ['GPL-2.0 WITH Classpath-exception-2.0', true],
    ['GPLv2+ and MIT', true],
    ['GPL-2 or Artistic', false],
    ['MIT, GPL-2.0', true],
    ['MIT/GPL-2.0', false],
    ['GPL version 2', true],
    ['(GPL-2.0', true],
    ['MIT) OR GPL-2.0', true],
    ['OR GPL', true],
    [`${'('.repeat(1000)}GPL${')'.repeat(1000)}`, true],
    ['', false],
  ])('%s: %s', (expression, expected) => {
    expect(isUnavoidable(expression, gpl)).toBe(expected);
  });

  it('ends with an answer whatever the text is', () => {
    const words = fc.constantFrom('GPL', 'MIT', 'AND', 'OR', 'WITH', '(', ')', ',', '/', '||', ' ', 'x');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 600 }), (parts) => {
        const text = parts.join(' ');
        const found = isUnavoidable(text, gpl);
        expect(found && !text.includes('GPL')).toBe(false);
      }),
    );
  });
});
