import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '#base/engine/engine-events.ts';
import { askSince, cursorAt, eventsAfter } from '#volume/observe/cursor.ts';
import { inBatches, type WriterSeen } from '#volume/observe/events.ts';
import { writersIn } from '#volume/observe/interval.ts';
import { emptyRoll, noteLook, takeEvent } from '#volume/observe/roll.ts';
import type { SeenContainer, SeenMount } from '#volume/observe/seen-container.ts';

const event = (action: string, id: string, more: Partial<EngineEvent> = {}): EngineEvent => ({
  ...{
    kind: 'container',
    action,
    id,
    atNano: '1700000000000000001',
    attributes: { name: `name-${id}`, image: 'app:1' },
  },
  ...more,
});
const volume = (source: string): SeenMount => ({ kind: 'volume', source });
const seen = (container: string, ...mounts: readonly SeenMount[]): SeenContainer => ({
  ...{ container, name: container, image: 'app:1', digests: [], user: '', privileged: false },
  ...{ addedCapabilities: [], droppedCapabilities: [], mounts: [...mounts], whole: true },
});

describe('the place in the engine’s stream of events', () => {
  const events = ['1', '9', '5', '7'].map((at, index) => event('exec_start', String(index), { atNano: at }));

  it('is found by what the event is, so that clocks that step do not matter', () => {
    const [, second] = events;
    expect(second && eventsAfter(events, cursorAt(second))?.map(({ id }) => id)).toEqual(['2', '3']);
  });

  it('is lost where the event is not told again: something may be missing', () => {
    expect(eventsAfter(events, cursorAt(event('start', '0', { atNano: '1' })))).toBeUndefined();
    expect(eventsAfter([], cursorAt(event('start', '0')))).toBeUndefined();
  });

  it('is asked for a little earlier, as those who log at the same time may be in another order', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const cursor = cursorAt(event('start', '0', { atNano: '1700000020000000001' }));
    expect(askSince(cursor, false, now)).toBe(1_700_000_010_000_000_001n);
    expect(askSince(null, false, now)).toBe(1_000_000_000n);
    expect(askSince(null, true, now)).toBe(BigInt(now.getTime() - 600_000) * 1_000_000n);
  });
});

describe('the roll of containers', () => {
  it('looks at what it does not know, once', () => {
    const roll = emptyRoll();
    expect(takeEvent(roll, event('create', 'a'))).toEqual({ kind: 'look' });
    expect(noteLook(roll, event('create', 'a'), seen('a', volume('db')))).toMatchObject({ what: 'appeared' });
    expect(takeEvent(roll, event('start', 'a'))).toEqual({ kind: 'nothing' });
    expect(takeEvent(roll, event('destroy', 'a'))).toMatchObject({
      kind: 'seen',
      writer: { what: 'removed', whole: true },
    });
    expect(roll.writers.size).toBe(0);
  });

  it('tells nothing of containers that can write nowhere', () => {
    const roll = emptyRoll();
    expect(noteLook(roll, event('create', 'a'), undefined)).toBeUndefined();
    for (const action of ['start', 'die', 'destroy']) {
      expect(takeEvent(roll, event(action, 'a'))).toEqual({ kind: 'nothing' });
    }
  });

  it('keeps what the events say of one that was gone when it was asked for', () => {
    const roll = emptyRoll();
    noteLook(roll, event('create', 'a'), 'gone');
    const mount = { kind: 'volume', action: 'mount', id: 'db' };
    takeEvent(roll, event('', '', { ...mount, attributes: { container: 'a', 'read/write': 'true' } }));
    takeEvent(roll, event('', '', { ...mount, id: 'read', attributes: { container: 'a', 'read/write': 'false' } }));
    expect(takeEvent(roll, event('remove', 'a'))).toMatchObject({
      writer: { name: 'name-a', image: 'app:1', mounts: [volume('db')], whole: false },
    });
  });

  it('takes one that it hears of for the first time when it ends for one that was there before, and no writer', () => {
    const roll = emptyRoll();
    expect(takeEvent(roll, event('die', 'a'))).toEqual({ kind: 'look' });
    expect(noteLook(roll, event('die', 'a'), 'gone')).toBeUndefined();
    expect(takeEvent(roll, event('destroy', 'a'))).toEqual({ kind: 'nothing' });
    expect(takeEvent(roll, event('destroy', 'b'))).toEqual({ kind: 'nothing' });
  });
});

describe('who may have written in an interval', () => {
  const target = { volumes: ['db'], paths: ['/engine/volumes/db/_data'] };
  const removed = (one: SeenContainer): WriterSeen => ({ ...one, what: 'removed' });

  it('is who mounted the volume, or a directory above or below it', () => {
    const found = writersIn(
      [
        removed(seen('by-name', volume('db'))),
        removed(seen('other', volume('db2'))),
        removed(seen('above', { kind: 'bind', source: '/' })),
        removed(seen('below', { kind: 'bind', source: '/engine/volumes/db/_data/deep' })),
        removed(seen('beside', { kind: 'bind', source: '/engine/volumes/db/_data2' })),
      ],
      target,
    );
    expect(found.writers.map(({ name }) => name)).toEqual(['by-name', 'above', 'below']);
    expect(found.unknown).toEqual([]);
  });

  it('is each container once, and doubtful where one could not be looked at', () => {
    const half = { ...seen('a'), whole: false };
    expect(writersIn([removed(half)], target)).toMatchObject({ writers: [half], unknown: ['container-not-known'] });
    const whole = seen('a', volume('db'));
    expect(writersIn([removed(whole), removed(half)], target)).toEqual({ writers: [whole], unknown: [] });
  });
});

it('however long names and paths are, each event of the record has room for its containers', () => {
  const text = fc.string({ maxLength: 500, unit: 'grapheme' }).map((one) => one.slice(0, 500).toWellFormed());
  const container = fc.record({ name: text, mounts: fc.array(text, { maxLength: 30 }) });
  fc.assert(
    fc.property(fc.array(container, { maxLength: 20 }), (list) => {
      const all = list.map(
        ({ name, mounts }): WriterSeen => ({ ...seen(name, ...mounts.map(volume)), what: 'appeared' }),
      );
      const batches = inBatches(all);
      expect(batches.flat()).toEqual(all);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        if (batch.length > 1) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(41 * 1024);
      }
    }),
    { numRuns: 50 },
  );
});
