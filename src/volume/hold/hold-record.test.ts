import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDeadline, formatIntent, formatStep, type HoldIntent, parseHold } from '#volume/hold/hold-record.ts';

const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
const intent: HoldIntent = {
  id: '0123456789abcdef',
  engine: 'unix:///run/docker.sock',
  method: 'pause',
  holder: { pid: 7, startTicks: 99, bootId: 'boot', namespace: '4026531836', host: 'here' },
  at: '2026-11-22T10:00:00.000Z',
  deadline: { at: '2026-11-22T10:01:00.000Z', uptimeMs: 1000 },
  containers: ids.map((id, at) => ({ id, name: `name "${at}"\n`, startedAt: 'then' })),
};
const deadline = { at: '2026-11-22T10:00:20.000Z', uptimeMs: 500 };
const whole =
  formatIntent(intent) +
  formatDeadline(deadline) +
  formatStep(0, 'asking') +
  formatStep(0, 'held') +
  formatStep(1, 'asking') +
  formatStep(1, 'left');

test('what was written is read back', () => {
  expect(parseHold(whole)).toEqual({
    kind: 'hold',
    record: {
      intent,
      steps: new Map([
        [ids[0], 'held'],
        [ids[1], 'left'],
      ]),
      deadline,
    },
  });
});

test('torn at every byte, it is unreadable without its first line, and else never forgets what was asked', () => {
  const first = formatIntent(intent).length;
  for (let length = 0; length < whole.length; length += 1) {
    const torn = whole.slice(0, length);
    const parsed = parseHold(torn);
    if (length < first) {
      expect([length, parsed.kind]).toEqual([length, 'unreadable']);
      continue;
    }
    if (parsed.kind !== 'hold') throw new Error(`${length}: ${parsed.why}`);
    expect(parsed.record.intent).toEqual(intent);
    for (const [at, id] of ids.entries()) {
      const asked = torn.includes(formatStep(at, 'asking'));
      if (asked) expect([length, parsed.record.steps.has(id)]).toEqual([length, true]);
    }
    // A line that is cut may have been the one that asks: then all may have been asked for.
    if (!/[}\n]$/.test(torn)) expect(parsed.record.steps.size).toBe(3);
  }
});

test('what is foreign or hostile is unreadable, never an exception', () => {
  for (const text of ['', '\n', 'hello\n', '{}\n', 'null\n', '[]\n', `${'['.repeat(10_000)}\n`]) {
    expect(parseHold(text).kind).toBe('unreadable');
  }
  const fields = JSON.parse(formatIntent(intent));
  for (const wrong of [{ version: 2 }, { id: '../../etc' }, { containers: [{ id: 'x', name: '', startedAt: '' }] }]) {
    expect(parseHold(`${JSON.stringify({ ...fields, ...wrong })}\n`).kind).toBe('unreadable');
  }
  expect(parseHold(whole + formatStep(99, 'held')).kind).toBe('hold');
  fc.assert(fc.property(fc.string(), (text) => ['hold', 'unreadable'].includes(parseHold(whole + text).kind)));
});
