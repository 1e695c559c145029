import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PlanContext, planOf } from '#volume/plan/plan.ts';
import { splitWords } from '#volume/plan/split-words.ts';

const plain: PlanContext = { running: true, service: undefined };
const postgres: PlanContext = { ...plain, service: { id: 'postgres', role: 'server' } };
const pause = { kind: 'pause', capMs: 10_000 };
const reflink = { kind: 'reflink', capMs: 10_000 };
const stop = { kind: 'stop', capMs: 1_800_000 };
const dump = { kind: 'dump', hook: 'postgres' };
const own = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [`holdfast.volume.${name}`, value]));
const archive = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [`docker-volume-backup.${name}`, value]));

describe('without labels', () => {
  test('a dump where the service is known and runs, else two passes, else a copy by reflink, else stopped', () => {
    expect(planOf({}, postgres)).toEqual({
      methods: [dump, pause, reflink, stop],
      before: [],
      dumpSilenceMs: 15 * 60_000,
      beforeMayFail: false,
      after: [],
      exclude: [],
      problems: [],
      notes: [],
    });
    expect(planOf({}, plain).methods).toEqual([pause, reflink, stop]);
  });
  test('what does not run is copied as it is', () => {
    expect(planOf({}, { ...postgres, running: false }).methods).toEqual([{ kind: 'still' }]);
  });
});

describe('own labels', () => {
  const methods = (labels: Record<string, string>, context = postgres) => planOf(own(labels), context).methods;
  test('say which methods, in their order, and how long', () => {
    expect(methods({ method: 'pause, dump' })).toEqual([pause, { ...dump, asked: true }]);
    expect(methods({ method: 'live' })).toEqual([{ kind: 'live' }]);
    expect(methods({ method: 'auto', 'no-stop': 'true' })).toEqual([dump, pause, reflink]);
    expect(methods({ 'hold-cap': '500ms', 'stop-cap': '1h' }, plain)).toEqual([
      { kind: 'pause', capMs: 500 },
      { kind: 'reflink', capMs: 500 },
      { kind: 'stop', capMs: 3_600_000 },
    ]);
  });
  test('give a dump of one’s own, and commands before and after', () => {
    const plan = planOf(own({ dump: 'my-dump | cat', user: 'app', before: 'flush', after: 'go' }), postgres);
    expect(plan.methods).toEqual([{ kind: 'dump-command', command: 'my-dump | cat', user: 'app' }]);
    expect(plan.before).toEqual([{ argv: ['sh', '-c', 'flush'], label: 'holdfast.volume.before', user: 'app' }]);
    expect(plan.after).toEqual([{ argv: ['sh', '-c', 'go'], label: 'holdfast.volume.after', user: 'app' }]);
  });
  test('leave out what they say', () => {
    expect(planOf(own({ exclude: 'cache/**, *.tmp,' }), plain).exclude).toEqual(['cache/**', '*.tmp']);
  });
  test.each([
    [{ method: 'freeze' }, 'PLAN_LABEL_INVALID'],
    [{ method: 'auto,pause' }, 'PLAN_LABEL_INVALID'],
    [{ 'hold-cap': '10' }, 'PLAN_LABEL_INVALID'],
    [{ 'hold-cap': '999999h' }, 'PLAN_LABEL_INVALID'],
    [{ 'no-stop': 'yes' }, 'PLAN_LABEL_INVALID'],
    [{ method: 'stop', 'no-stop': 'true' }, 'PLAN_EMPTY'],
  ])('%j is a problem', (labels, code) => {
    const plan = planOf(own(labels as Record<string, string>), plain);
    expect(plan.problems.map((problem) => problem.code)).toEqual([code]);
    expect(plan.methods.length).toBeGreaterThan(0);
  });
  test('that are not known are noted, those of others are not', () => {
    const { notes, problems } = planOf(own({ metod: 'x', shared: 'true', probe: 'SELECT 1' }), plain);
    expect(notes.map(({ code }) => code)).toEqual(['PLAN_LABEL_UNKNOWN']);
    expect(problems).toEqual([]);
  });
});

describe('labels of docker-volume-backup', () => {
  test('stop a container, unless own ones say otherwise', () => {
    const labels = archive({ 'stop-during-backup': 'true' });
    expect(planOf(labels, postgres).methods).toEqual([stop]);
    expect(planOf({ ...labels, ...own({ method: 'pause' }) }, postgres).methods).toEqual([pause]);
    expect(planOf(archive({ 'stop-during-backup': 'nightly' }), plain).methods).toEqual([pause, reflink, stop]);
    expect(planOf(archive({ 'stop-during-backup': 'nightly' }), { ...plain, stopLabel: 'nightly' }).methods).toEqual([
      stop,
    ]);
  });
  test('run commands before and after, split into words', () => {
    const labels = archive({
      'archive-pre': `/bin/sh -c 'pg_dumpall > /backup/"all".sql'`,
      'archive-pre.user': 'postgres',
      'exec-post': 'rm "a b"',
      'copy-post': 'x',
    });
    const plan = planOf(labels, plain);
    expect(plan.before).toEqual([
      {
        argv: ['/bin/sh', '-c', 'pg_dumpall > /backup/"all".sql'],
        label: 'docker-volume-backup.archive-pre',
        user: 'postgres',
      },
    ]);
    expect(plan.after).toEqual([{ argv: ['rm', 'a b'], label: 'docker-volume-backup.exec-post' }]);
    expect(plan.notes.map(({ code }) => code)).toEqual(['PLAN_LABEL_IGNORED']);
  });
  test('only those that are meant', () => {
    const labels = archive({ 'archive-pre': 'x', 'exec-label': 'nightly' });
    expect(planOf(labels, plain).before).toHaveLength(1);
    expect(planOf(labels, { ...plain, execLabel: 'nightly' }).before).toHaveLength(1);
    expect(planOf(labels, { ...plain, execLabel: 'weekly' }).before).toHaveLength(0);
  });
  test('an open quote is a problem, never half a command', () => {
    const plan = planOf(archive({ 'archive-pre': `sh -c 'x` }), plain);
    expect(plan).toMatchObject({ before: [], problems: [{ code: 'PLAN_LABEL_INVALID' }] });
  });
});

test('words are split as a shell does', () => {
  expect(splitWords(` a  'b c'"d\\"e" f\\ g '' `)).toEqual(['a', 'b cd"e', 'f g', '']);
  expect(splitWords('a\\')).toBeUndefined();
  expect(splitWords('"a')).toBeUndefined();
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      expect(splitWords(quoted)).toEqual(words);
    }),
  );
});

test('hostile labels make a plan or problems, never an exception', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (labels) => {
      expect(planOf({ ...own(labels), ...archive(labels) }, plain).methods.length).toBeGreaterThan(0);
    }),
  );
});
