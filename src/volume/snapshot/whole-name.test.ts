import { expect, test } from 'vitest';
import { wholeName } from '#volume/snapshot/whole-name.ts';

const one = `8a5485d38239${'0'.repeat(52)}`;
const other = `8a5485d38239${'1'.repeat(52)}`;

test('the beginning of an anonymous volume’s name is enough where only one begins so', () => {
  expect(wholeName('8a5485d38239', ['db', one])).toBe(one);
  expect(wholeName('8a5485d38239', [one, one])).toBe(one);
  expect(wholeName('8a5485d382390', [one, other])).toBe(one);
});

test('nothing is guessed: several, none, a short beginning, a volume that is called so', () => {
  expect(wholeName('8a5485d38239', [one, other])).toBe('8a5485d38239');
  expect(wholeName('8a5485d38239', ['8a5485d38239-data'])).toBe('8a5485d38239');
  expect(wholeName('8a5485d3823', [one])).toBe('8a5485d3823');
  expect(wholeName('8a5485d38239', [one, '8a5485d38239'])).toBe('8a5485d38239');
});
