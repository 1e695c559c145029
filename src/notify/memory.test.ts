import { describe, expect, it } from 'vitest';
import {
  arrived,
  close,
  type Decision,
  decide,
  EMPTY_MEMORY,
  isOpen,
  type Memory,
  missed,
  parseMemory,
  takeDue,
} from '#notify/memory.ts';
import { makeNotification, type NotificationInput } from '#notify/notification.ts';

const START = Date.parse('2026-11-22T00:00:00.000Z');
const at = (hours: number) => new Date(START + hours * 3_600_000);

/** A target that is told things and takes them, one after the other. */
function teller(first: Memory = EMPTY_MEMORY) {
  let memory = first;
  let count = 0;
  return {
    tell: (hours: number, more: Partial<NotificationInput> = {}, takes = true): Decision => {
      const input = { kind: 'failed' as const, subject: 'volume:db', sentence: 'no', ...more };
      count += 1;
      const decision = decide(memory, `id${count}`, makeNotification(input, 'h', at(hours)), at(hours));
      memory = decision.memory;
      if (decision.kind === 'send') {
        memory = takes ? arrived(memory, `id${count}`, at(hours)) : missed(memory, decision.message, 'NO', at(hours));
      }
      return decision;
    },
    change: (by: (memory: Memory) => Memory) => {
      memory = by(memory);
    },
    get memory() {
      return memory;
    },
  };
}

describe('a job that fails every hour', () => {
  it('is told once, and once a day with how often', () => {
    const { tell } = teller();
    const told = Array.from({ length: 50 }, (_, hour) => tell(hour));
    const sent = told.flatMap((one, hour) => (one.kind === 'send' ? [[hour, one.message.repeats]] : []));
    expect(sent).toEqual([
      [0, 0],
      [24, 23],
      [48, 23],
    ]);
  });

  it('is told again when it fails for another reason, or after it was good', () => {
    const { tell, change } = teller();
    expect(tell(0, { code: 'A' }).kind).toBe('send');
    expect(tell(1, { code: 'B' }).kind).toBe('send');
    expect(tell(2, { code: 'A' }).kind).toBe('hold');
    expect(tell(2, { subject: 'volume:other' }).kind).toBe('send');
    change((memory) => close(memory, 'volume:db'));
    expect(tell(3, { code: 'A' }).kind).toBe('send');
  });

  it('is not forgotten when the clock goes back: a message too many', () => {
    const { tell } = teller();
    tell(10);
    expect(tell(5).kind).toBe('send');
  });
});

it('sends at most twenty an hour, and says later what was left out', () => {
  const { tell } = teller();
  const told = Array.from({ length: 30 }, (_, index) => tell(index / 60, { subject: `volume:${index}` }));
  expect(told.filter(({ kind }) => kind === 'send')).toHaveLength(20);
  expect(told.at(-1)).toMatchObject({ kind: 'hold', reason: 'too-many' });
  expect(tell(0.9, { kind: 'test', subject: 'x' }).kind).toBe('send');
  expect(tell(2, { subject: 'volume:last' })).toMatchObject({ kind: 'send', message: { repeats: 0 } });
});

it('counts what was left out until somebody is told of it', () => {
  const { tell } = teller();
  for (let index = 0; index < 25; index += 1) tell(0, { subject: `volume:${index}` });
  expect(tell(2, { subject: 'next' })).toMatchObject({ message: { omitted: 5 } });
  expect(tell(3, { subject: 'after' })).toMatchObject({ message: { omitted: 0 } });
});

it('tells every start and success that somebody asked for', () => {
  const { tell } = teller();
  expect([0, 1, 2].map((hour) => tell(hour, { kind: 'succeeded' }).kind)).toEqual(['send', 'send', 'send']);
});

describe('what does not arrive', () => {
  it('waits, longer each time, and is given up after two days; then it is told anew', () => {
    const target = teller();
    expect(target.tell(0, {}, false).kind).toBe('send');
    expect(target.tell(1).kind).toBe('hold');
    const rounds: number[] = [];
    for (let minutes = 0; minutes < 4 * 24 * 60; minutes += 5) {
      const now = at(minutes / 60);
      const { messages, memory } = takeDue(target.memory, now);
      target.change(() => memory);
      for (const message of messages) {
        rounds.push(minutes);
        target.change((before) => missed(before, message, 'NO', now));
      }
    }
    expect(rounds).toHaveLength(7);
    expect(rounds.at(-1)).toBeLessThan(60 * 60);
    expect(target.memory.waiting).toEqual([]);
    expect(isOpen(target.memory, 'volume:db')).toBe(false);
  });

  it('is sent by the next run when this one dies on the way', () => {
    const notification = makeNotification({ kind: 'failed', subject: 'a', sentence: 'b' }, 'h', at(0));
    const { memory } = decide(EMPTY_MEMORY, 'one', notification, at(0));
    const kept = parseMemory(JSON.stringify(memory));
    expect(takeDue(kept, at(0.01)).messages).toEqual([]);
    const { messages } = takeDue(kept, at(1));
    expect(messages).toMatchObject([{ id: 'one', notification: { sentence: 'b' } }]);
  });

  it('is no longer told when it has become good', () => {
    const target = teller();
    target.tell(0, {}, false);
    target.change((memory) => close(memory, 'volume:db'));
    expect(takeDue(target.memory, at(100)).messages).toEqual([]);
  });

  it('does not wait when it is worth nothing later', () => {
    const target = teller();
    target.tell(0, { kind: 'started' }, false);
    target.tell(0, { kind: 'test' }, false);
    expect(target.memory.waiting).toEqual([]);
    expect(target.memory.last).toMatchObject({ outcome: 'failed', code: 'NO' });
  });

  it('is bounded; what falls out counts as never told', () => {
    const target = teller();
    for (let index = 0; index < 60; index += 1) target.tell(index * 2, { subject: `volume:${index}` }, false);
    expect(target.memory.waiting).toHaveLength(50);
    expect(isOpen(target.memory, 'volume:0')).toBe(false);
    expect(isOpen(target.memory, 'volume:59')).toBe(true);
  });
});

it('starts anew from what is no memory', () => {
  for (const text of ['', '{', '{}', '{"version":2}', 'null']) expect(parseMemory(text)).toEqual(EMPTY_MEMORY);
});
