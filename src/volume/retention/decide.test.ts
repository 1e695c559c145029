import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseByPolicy } from '#volume/retention/choose.ts';
import { decideRetention, type RetentionQuestion, type RetentionSnapshot } from '#volume/retention/decide.ts';
import { COUNTED_RULES, earlier, parseWithin, type RetentionPolicy } from '#volume/retention/policy.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 1);

function at(
  id: string,
  timeMs: number,
  position: number | undefined,
  standing: RetentionSnapshot['standing'] = 'good',
) {
  const time = new Date(timeMs).toISOString();
  return { id, time, standing, ...(position === undefined ? {} : { position }) };
}

/** One a day at noon, the first on 1 January 2026. */
function daily(count: number): readonly RetentionSnapshot[] {
  return Array.from({ length: count }, (_, day) => at(`d${day}`, START_MS + day * DAY_MS + 12 * HOUR_MS, day + 1));
}

function ask(snapshots: readonly RetentionSnapshot[], policy: RetentionPolicy, more: Partial<RetentionQuestion> = {}) {
  const times = snapshots.filter(({ standing }) => standing !== 'foreign').map(({ time }) => Date.parse(time));
  const now = new Date(Math.max(START_MS, ...times) + HOUR_MS);
  const question = { snapshots, policy, now, includeForeign: false, signsRaised: false, ...more };
  const { kept, forgotten } = decideRetention(question);
  return { kept: kept.map(({ id }) => id), forgotten: forgotten.map(({ id }) => id), reasons: [...kept, ...forgotten] };
}

const rulesOf = (asked: ReturnType<typeof ask>, id: string) =>
  asked.reasons.find((one) => one.id === id)?.reasons.map(({ rule }) => rule);

describe('retention', () => {
  it('keeps the newest of each period, and says why of each', () => {
    const asked = ask(daily(40), { last: 1, daily: 3, monthly: 2 });
    expect(asked.kept).toEqual(['d39', 'd38', 'd37', 'd30']);
    expect(rulesOf(asked, 'd39')).toEqual(['newest-good', 'last', 'daily', 'monthly']);
    expect(asked.reasons.find(({ id }) => id === 'd30')?.reasons).toEqual([
      { rule: 'monthly', sentence: 'monthly 2: the newest of 2026-01' },
    ]);
    expect(asked.reasons.find(({ id }) => id === 'd31')?.reasons).toEqual([
      { rule: 'last', sentence: 'the last 1 are newer' },
      { rule: 'daily', sentence: 'daily 3: as many newer ones are kept' },
      { rule: 'monthly', sentence: 'monthly 2: a newer one of 2026-02 is kept' },
    ]);
  });

  it('keeps everything without rules', () => {
    expect(ask(daily(5), {}).forgotten).toEqual([]);
  });

  it('keeps the newest good one when newer ones are incomplete, and lets those take no place', () => {
    const good = daily(5);
    const incomplete = [5, 6, 7].map((day) => at(`i${day}`, START_MS + day * DAY_MS, day + 1, 'incomplete'));
    const asked = ask([...good, ...incomplete], { last: 2 });
    expect(asked.kept).toEqual(['i7', 'i6', 'd4', 'd3']);
    expect(asked.forgotten).toContain('i5');
  });

  it('keeps the last trusted one, however old', () => {
    const asked = ask(daily(30), { last: 2 }, { lastTrusted: 'd3' });
    expect(asked.kept).toEqual(['d29', 'd28', 'd3']);
    expect(rulesOf(asked, 'd3')).toEqual(['last-trusted']);
  });

  it('keeps foreign ones, and lets them take no place unless asked', () => {
    const foreign = [1, 2, 3].map((n) => at(`f${n}`, START_MS + 50 * DAY_MS + n, undefined, 'foreign'));
    const now = new Date(START_MS + 60 * DAY_MS);
    const asked = ask([...daily(10), ...foreign], { last: 2 }, { now });
    expect(asked.kept).toEqual(['f3', 'f2', 'f1', 'd9', 'd8']);
    const included = ask([...daily(10), ...foreign], { last: 2 }, { now, includeForeign: true });
    expect(included.kept).toEqual(['f3', 'f2', 'd9']);
  });

  it('forgets nothing while signs of ransomware are raised', () => {
    const asked = ask(daily(10), { last: 2 }, { signsRaised: true });
    expect(asked.forgotten).toEqual([]);
    expect(rulesOf(asked, 'd0')).toEqual(['signs-raised']);
  });

  it('does not count times of the future, and keeps everything when the clock went back', () => {
    const ahead = [10, 11].map((n) => at(`a${n}`, START_MS + 400 * DAY_MS + n, n + 1));
    const now = new Date(START_MS + 10 * DAY_MS);
    const asked = ask([...daily(10), ...ahead], { last: 3 }, { now });
    expect(asked.kept).toEqual(['a11', 'a10', 'd9', 'd8', 'd7']);
    expect(ask(daily(10), { last: 1 }, { now: new Date(START_MS) }).forgotten).toEqual([]);
  });

  it('a clock that was a day ahead takes nobody’s place when that day has come', () => {
    // Taken in the night of day 3, with a clock that said day 7.
    const wrong = [0, 1].map((n) => at(`w${n}`, START_MS + 7 * DAY_MS + n * HOUR_MS, 3.1 + n / 10));
    const asked = ask([...daily(9), ...wrong], { daily: 4 });
    expect(asked.kept).toEqual(['d8', 'd7', 'w1', 'w0', 'd6', 'd5']);
    expect(rulesOf(asked, 'w1')).toEqual(['out-of-order']);
  });

  it('the newest by the record is kept when the clock was a day behind', () => {
    const behind = at('late', START_MS + 8 * DAY_MS, 99);
    const asked = ask([...daily(10), behind], { last: 1 });
    expect(asked.kept).toEqual(['d9', 'late']);
    expect(rulesOf(asked, 'late')).toEqual(['newest-good', 'out-of-order']);
  });

  it('a clock a day or a year ahead, or a machine that was off, makes no snapshot old', () => {
    const hourly = Array.from({ length: 24 }, (_, n) => at(`h${n}`, START_MS + n * HOUR_MS, n + 1));
    for (const leapMs of [DAY_MS, 365 * DAY_MS]) {
      const leapt = at('leapt', START_MS + 23 * HOUR_MS + leapMs, 99);
      const asked = ask([...hourly, leapt], { within: '20h' });
      expect(asked.kept).toHaveLength(18);
      expect(rulesOf(asked, 'h7')).toEqual(['after-a-gap']);
      expect(asked.forgotten).toContain('h6');
    }
    expect(ask(hourly, { within: '20h' }).forgotten).toEqual(['h3', 'h2', 'h1', 'h0']);
  });

  const standing = fc.constantFrom<RetentionSnapshot['standing']>('good', 'good', 'good', 'incomplete', 'foreign');
  const lists = fc
    .array(fc.record({ standing, hours: fc.integer({ min: -100, max: 3000 }) }), { maxLength: 25 })
    .map((list) =>
      list.map(({ standing: kind, hours }, n) =>
        at(`s${n}`, START_MS + hours * HOUR_MS + n, kind === 'foreign' ? undefined : n + 1, kind),
      ),
    );
  const policies = fc
    .record(
      {
        ...Object.fromEntries(COUNTED_RULES.map((rule) => [rule, fc.integer({ min: 1, max: 4 })])),
        within: fc.constantFrom('1d', '10h', '2m'),
      },
      { requiredKeys: [] },
    )
    .map((policy): RetentionPolicy => policy);
  const now = fc.integer({ min: -100, max: 4000 }).map((hours) => new Date(START_MS + hours * HOUR_MS));

  it('whatever the times: each one is decided with reasons, and no law is broken', () => {
    fc.assert(
      fc.property(lists, policies, now, fc.nat(30), (all, policy, moment, trusted) => {
        const asked = ask(all, policy, { now: moment, lastTrusted: `s${trusted}` });
        expect([...asked.kept, ...asked.forgotten].sort()).toEqual(all.map(({ id }) => id).sort());
        for (const { reasons } of asked.reasons) expect(reasons.length).toBeGreaterThan(0);
        const gone = all.filter(({ id }) => asked.forgotten.includes(id));
        expect(gone.filter((one) => one.standing === 'foreign' || Date.parse(one.time) > moment.getTime())).toEqual([]);
        expect(asked.forgotten).not.toContain(`s${trusted}`);
        const good = all.filter((one) => one.standing === 'good');
        expect(asked.forgotten).not.toContain(good.at(-1)?.id);
        const latest = good.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time))[0];
        expect(asked.forgotten).not.toContain(latest?.id);
        expect(ask(all, policy, { now: moment, signsRaised: true }).forgotten).toEqual([]);
      }),
    );
  });

  it('ones that are foreign, incomplete or of the future push no good one out', () => {
    fc.assert(
      fc.property(lists, policies, now, (all, policy, moment) => {
        const good = all.filter((one) => one.standing === 'good' && Date.parse(one.time) <= moment.getTime());
        // In the order of their times, so that only what is added is in question.
        const times = good.map(({ time }) => time).sort();
        const ordered = good.map((one, index) => ({ ...one, time: times[index] ?? one.time }));
        const alone = new Set(ask(ordered, policy, { now: moment }).forgotten);
        const others = all.filter((one) => !good.includes(one));
        const beside = ask([...ordered, ...others], policy, { now: moment }).forgotten;
        expect(beside.filter((id) => !alone.has(id) && ordered.some((one) => one.id === id))).toEqual([]);
      }),
    );
  });

  it('one wrong clock among many right ones pushes no good one out', () => {
    const counts = fc.integer({ min: 4, max: 20 });
    const wrongs = fc.record({
      place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      off: fc.integer({ min: -400, max: 400 }),
    });
    fc.assert(
      fc.property(counts, wrongs, policies, (count, { place, off }, policy) => {
        const right = daily(count);
        const index = Math.floor(place * count);
        const own = Date.parse(right[index]?.time ?? '');
        const wrong = at('wrong', own + HOUR_MS + off * HOUR_MS, index + 1.5);
        const moment = new Date(START_MS + count * DAY_MS);
        const alone = ask(right, policy, { now: moment });
        const beside = ask([...right, wrong], policy, { now: moment });
        // A time that is within its turn is not seen to be wrong, and counts as any other.
        if (!['out-of-order', 'from-the-future'].some((law) => rulesOf(beside, 'wrong')?.includes(law as never)))
          return;
        expect(beside.forgotten.filter((id) => !alone.forgotten.includes(id))).toEqual([]);
      }),
    );
  });

  it('forgets what restic forgets, where times agree and there is no gap', () => {
    const counts = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(counts, policies, (count, policy) => {
        const snapshots = daily(count);
        const timed = snapshots.map(({ id, time }) => ({ id, timeMs: Date.parse(time) }));
        const choices = chooseByPolicy(timed, policy);
        const expected = snapshots.filter(({ id }) => choices.get(id)?.keep === false).map(({ id }) => id);
        const forgotten = ask(snapshots, policy).forgotten;
        if (count > 2 || policy.within === undefined) expect(new Set(forgotten)).toEqual(new Set(expected));
        else expect(expected).toEqual(expect.arrayContaining(forgotten));
      }),
    );
  });
});

describe('lengths of time', () => {
  it('are read as restic writes them', () => {
    expect(parseWithin('1y5m7d2h')).toEqual({ years: 1, months: 5, days: 7, hours: 2 });
    expect(parseWithin('30d')).toEqual({ years: 0, months: 0, days: 30, hours: 0 });
    for (const text of ['', 'd', '2h1d', '-1d', '1w', '1.5d', '30']) {
      expect(() => parseWithin(text)).toThrow(expect.objectContaining({ code: 'RETENTION_POLICY_INVALID' }));
    }
  });

  it('go back by the calendar, and past the end of a shorter month into the next', () => {
    const from = (time: string, within: string) =>
      new Date(earlier(Date.parse(time), parseWithin(within))).toISOString();
    expect(from('2026-03-31T10:20:30.456Z', '1m')).toBe('2026-03-03T10:20:30.456Z');
    expect(from('2024-02-29T00:00:00.000Z', '1y1h')).toBe('2023-02-28T23:00:00.000Z');
  });
});
