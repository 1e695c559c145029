import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judgement, newestTrusted, trustOf, type WrittenSnapshot } from '#volume/snapshot/trust.ts';

const JUDGEMENTS: Readonly<Record<string, Judgement>> = { good: 'allowed', bad: 'denied', new: 'unknown' };
const judge = (writer: string): Judgement => JUDGEMENTS[writer] ?? 'unknown';

function snapshot(id: string, writers: readonly string[], more: Partial<WrittenSnapshot<string>> = {}) {
  return { id, time: '2026-01-01T00:00:00Z', writers, writersComplete: true, ...more };
}

describe('trust in snapshots', () => {
  it('names the newest one before a denied image wrote', () => {
    const all = [
      snapshot('a', ['good']),
      snapshot('b', ['good']),
      snapshot('c', ['good', 'bad']),
      snapshot('d', ['good']),
    ];
    expect(newestTrusted(all, judge)?.id).toBe('b');
    expect(trustOf(all, judge).get('d')).toEqual({
      trusted: false,
      since: 'c',
      doubts: [{ kind: 'writer', judgement: 'denied', writer: 'bad' }],
    });
  });

  it('does not trust what nobody knows', () => {
    expect(newestTrusted([snapshot('a', ['new'])], judge)).toBeUndefined();
    expect(newestTrusted([snapshot('a', ['good'], { writersComplete: false })], judge)).toBeUndefined();
    expect(newestTrusted([snapshot('a', ['good'], { from: 'elsewhere' })], judge)).toBeUndefined();
    expect(newestTrusted([], judge)).toBeUndefined();
  });

  it('trusts again after the volume was set back to a trusted one, or begun anew', () => {
    const tainted = [snapshot('a', ['good']), snapshot('b', ['bad'])];
    expect(newestTrusted([...tainted, snapshot('c', ['good'], { from: 'a' })], judge)?.id).toBe('c');
    expect(newestTrusted([...tainted, snapshot('c', ['good'], { from: 'b' })], judge)?.id).toBe('a');
    expect(newestTrusted([...tainted, snapshot('c', ['good'], { from: null })], judge)?.id).toBe('c');
  });

  it('counts the writers of one that cannot be had, and names another', () => {
    const all = [snapshot('a', ['good']), snapshot('failed', ['good']), snapshot('c', ['bad'])];
    expect(newestTrusted(all, judge, ({ id }) => id !== 'failed')?.id).toBe('a');
  });

  const writer = fc.constantFrom('good', 'bad', 'new');
  const chain = fc
    .array(fc.record({ writers: fc.array(writer, { maxLength: 4 }), writersComplete: fc.boolean() }), { maxLength: 12 })
    .map((list) => list.map(({ writers, writersComplete }, at) => snapshot(String(at), writers, { writersComplete })));
  const isClean = ({ writers, writersComplete }: WrittenSnapshot<string>) =>
    writersComplete && writers.every((one) => judge(one) === 'allowed');

  it('is the longest clean beginning where nothing was set back', () => {
    fc.assert(
      fc.property(chain, (all) => {
        const firstDirty = all.findIndex((one) => !isClean(one));
        const clean = firstDirty < 0 ? all : all.slice(0, firstDirty);
        expect(newestTrusted(all, judge)).toBe(clean.at(-1));
      }),
    );
  });

  it('never trusts more when a judgement becomes worse, or less is known', () => {
    const links = fc.array(fc.option(fc.nat(11), { nil: undefined }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(chain, links, (plain, from) => {
        const all = plain.map((one, at) => {
          const to = from[at];
          return to === undefined ? one : { ...one, from: String(to) };
        });
        const trusted = (trust: ReturnType<typeof trustOf<string>>) =>
          all.filter(({ id }) => trust.get(id)?.trusted === true).map(({ id }) => id);
        const before = trusted(trustOf(all, judge));
        const worse = trusted(trustOf(all, () => 'unknown'));
        const lesser = trusted(
          trustOf(
            all.map((one) => ({ ...one, writersComplete: false })),
            judge,
          ),
        );
        expect(before).toEqual(expect.arrayContaining([...worse]));
        expect(lesser).toEqual([]);
        // Nothing is trusted whose whole line of descent is not clean.
        for (const id of before) {
          const at = Number(id);
          const one = all[at];
          expect(one !== undefined && isClean(one)).toBe(true);
          const parent = from[at] === undefined ? at - 1 : Number(from[at]);
          if (parent >= 0) expect(parent < at && before.includes(String(parent))).toBe(true);
        }
      }),
    );
  });
});
