import { expect, test } from 'vitest';
import { runLoad, type ServerLoad } from '#app/volume/drill/run-load.ts';
import type { LoadPlan } from '#volume/drill/load-plan.ts';
import { SETTLED } from '#volume/drill/settled.ts';
import { type ScriptDone, type ServerEngine, serverEngine } from '../../../../test/fakes/server-engine.ts';

const GOOD: ScriptDone = { code: 0 };
const plan: LoadPlan = {
  load: { ready: 'ready', before: 'empty', parts: [], after: 'finish' },
  steps: [
    { name: 'db/one', script: 'take' },
    { name: 'db/two', script: 'take' },
  ],
};
const restarting: LoadPlan = { load: { ready: 'ready', parts: [], restarts: true }, steps: plan.steps.slice(0, 1) };

function load(
  engine: ServerEngine,
  more: Partial<Pick<ServerLoad, 'plan' | 'ready' | 'directory'>> = {},
  limits = { waitMs: 5_000, limitMs: 5_000 },
) {
  const server = { name: 'server', body: {}, plan, ready: { script: 'ready', health: false }, directory: '/data/db' };
  const fileOf = (name: string) => `/dumps/${name}`;
  return runLoad({ engine, signal: new AbortController().signal, ...limits }, { ...server, fileOf, ...more });
}

test('a server that answers and has set itself up is emptied, and takes the dumps in their order', async () => {
  const engine = serverEngine(() => GOOD);
  expect(await load(engine)).toMatchObject({ kind: 'loaded', loaded: 2 });
  expect(engine.told).toEqual([
    ...['create', 'start', 'ready', SETTLED, 'ready', 'empty'],
    ...['take /dumps/db/one', 'take /dumps/db/two', 'finish'],
  ]);
});

test('while it still sets itself up, it is given nothing', async () => {
  let asked = 0;
  const engine = serverEngine((script) => {
    if (script === SETTLED) asked += 1;
    return script === SETTLED && asked < 3 ? { code: 1, complaint: 'bash still sets it up\n' } : GOOD;
  });
  expect(await load(engine)).toMatchObject({ kind: 'loaded' });
  expect(engine.told.filter((one) => one === SETTLED)).toHaveLength(3);
  expect(engine.told.indexOf('empty')).toBeGreaterThan(engine.told.lastIndexOf(SETTLED));
});

test('a dump that it does not take fails, with its last words for the operator only', async () => {
  const engine = serverEngine((script, [file]) =>
    script.endsWith('take') && file === '/dumps/db/two' ? { code: 1, complaint: 'first\nERROR: of a row\n' } : GOOD,
  );
  const ended = await load(engine);
  expect(ended).toMatchObject({
    kind: 'failed',
    loaded: 1,
    why: {
      code: 'DRILL_DUMP_NOT_LOADED',
      message: 'db/two was not loaded: it ended with 1',
      hint: 'It said: ERROR: of a row',
    },
  });
});

test('no server, one that cannot be emptied, no memory, no time, or no way to take it: no word about the dump', async () => {
  const of = async (run: (script: string) => ScriptDone, up?: (start: number) => boolean, limitMs = 5_000) => {
    const ended = await load(serverEngine(run, up), {}, { waitMs: 5_000, limitMs });
    return ended.kind === 'loaded' ? ended.kind : [ended.kind, ended.why.code];
  };
  const when = (name: string, done: ScriptDone) => (script: string) => (script.endsWith(name) ? done : GOOD);
  expect(
    await of(
      () => GOOD,
      () => false,
    ),
  ).toEqual(['unfit', 'DRILL_LOAD_NO_SERVER']);
  expect(await of(when('empty', { code: 1 }))).toEqual(['unfit', 'DRILL_LOAD_NO_SERVER']);
  const killed: ScriptDone = { code: 137, ends: { code: 137, memory: true } };
  expect(await of(when('take', killed))).toEqual(['unfit', 'DRILL_LOAD_NO_MEMORY']);
  expect(await of(when('take', { code: 1, hangs: true }), undefined, 100)).toEqual(['unfit', 'DRILL_LOAD_LATE']);
  expect(await of(when('take', { code: 75, complaint: 'a set\n' }))).toEqual(['unfit', 'DRILL_LOAD_UNFIT']);
});

test('a server that a dump ends, or that does not come up with it, has failed', async () => {
  const ended = await load(serverEngine((script) => (script.endsWith('take') ? { code: 1, ends: { code: 2 } } : GOOD)));
  expect(ended).toMatchObject({ kind: 'failed', why: { message: expect.stringContaining('ended with exit code 2') } });
  const again = serverEngine(() => GOOD);
  expect(await load(again, { plan: restarting })).toMatchObject({ kind: 'loaded', loaded: 1 });
  expect(again.told.slice(-2)).toEqual(['restart', 'ready']);
  const down = serverEngine(
    () => GOOD,
    (start) => start === 1,
  );
  expect(await load(down, { plan: restarting })).toMatchObject({
    kind: 'failed',
    loaded: 0,
    why: { code: 'DRILL_DUMP_NOT_LOADED' },
  });
});

test('a copy of all files becomes the data before there is a server; what then does not come up has failed', async () => {
  const base: LoadPlan = {
    load: { ready: 'ready', before: 'empty', parts: [] },
    steps: [{ name: 'db/base', script: 'place', places: true }],
  };
  const engine = serverEngine(() => GOOD);
  expect(await load(engine, { plan: base })).toMatchObject({ kind: 'loaded', loaded: 1 });
  expect(engine.told).toEqual([
    'create',
    'start',
    'place /dumps/db/base /data/db',
    'remove',
    'create',
    'start',
    'ready',
  ]);
  const of = async (run: (script: string) => ScriptDone, up?: () => boolean, limitMs = 5_000) => {
    const ended = await load(serverEngine(run, up), { plan: base }, { waitMs: 5_000, limitMs });
    return ended.kind === 'loaded' ? ended.kind : [ended.kind, ended.why.code];
  };
  const place = (done: ScriptDone) => (script: string) => (script === 'place' ? done : GOOD);
  expect(await of(place({ code: 2 }))).toEqual(['failed', 'DRILL_DUMP_NOT_LOADED']);
  expect(
    await of(
      () => GOOD,
      () => false,
    ),
  ).toEqual(['failed', 'DRILL_DUMP_NOT_LOADED']);
  expect(await of(place({ code: 137, ends: { code: 137, memory: true } }))).toEqual(['unfit', 'DRILL_LOAD_NO_MEMORY']);
  expect(await of(place({ code: 0, hangs: true }), undefined, 100)).toEqual(['unfit', 'DRILL_LOAD_LATE']);
  const nowhere = await load(
    serverEngine(() => GOOD),
    { plan: base, directory: undefined },
  );
  expect(nowhere).toMatchObject({ kind: 'unfit', why: { code: 'DRILL_LOAD_NO_SERVER' } });
});

test('an operator’s command is run without a service’s word, and gets the dump on standard input', async () => {
  const engine = serverEngine(() => GOOD);
  const own: LoadPlan = { steps: [{ name: 'app/dump', script: 'exec <"$1"\nmy-load' }] };
  expect(await load(engine, { plan: own, ready: { health: false } })).toMatchObject({ kind: 'loaded', loaded: 1 });
  expect(engine.told).toEqual(['create', 'start', 'exec <"$1"\nmy-load /dumps/app/dump']);
});
