import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineControl } from '#base/engine/engine.ts';
import {
  beginDrill,
  DRILL_LABEL,
  type DrillRecord,
  drillDirectory,
  drillName,
  loadNames,
  readDrills,
} from '#volume/drill/journal.ts';
import { sweepDrills } from '#volume/drill/sweep.ts';
import { thisProcess } from '#volume/hold/holder.ts';

let directory: string;
const self = thisProcess();
const dead = { ...self, startTicks: self.startTicks + 1 };
const elsewhere = { ...self, host: 'another' };
const at = '2024-07-01T00:00:00.000Z';
const now = () => new Date('2024-07-01T01:00:00.000Z');

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'holdfast-drills-')), 'drills');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

/** An engine with containers (name to label) and volumes, which removes what it is told to, unless it is in use. */
function fakeEngine(containers: Map<string, string>, volumes: Set<string>): EngineControl {
  const never = () => Promise.reject(new Error('not expected'));
  return {
    address: 'unix:///engine',
    apiVersion: '1.41',
    podman: false,
    stream: never,
    post: never,
    postStream: never,
    read: async (path) => {
      const label = containers.get(path.split('/')[2] ?? '');
      return label === undefined
        ? undefined
        : Buffer.from(JSON.stringify({ Config: { Labels: { [DRILL_LABEL]: label } } }));
    },
    remove: async (path) => {
      const [, kind, name = ''] = /^\/(containers|volumes)\/([^?]+)/.exec(path) ?? [];
      const there = kind === 'containers' ? containers.delete(name) : volumes.delete(name);
      return { status: there ? 204 : 404, body: Buffer.alloc(0) };
    },
  };
}

async function planned(holder: typeof self, begun = at): Promise<DrillRecord> {
  const drill = await beginDrill(directory, { engine: 'unix:///engine', holder, at: begun });
  mkdirSync(drillDirectory(directory, drill.id));
  return drill;
}

const deps = (engine: EngineControl) => ({ directory, self, connect: async () => engine, now });

test('what a dead drill made is removed with its record; what lives or has another’s name stays', async () => {
  const [gone, living, away] = [await planned(dead), await planned(self), await planned(elsewhere)];
  const names = [gone, living, away].map(({ id }) => drillName(id));
  const containers = new Map([gone, living, away].map(({ id }) => [drillName(id), id]));
  const volumes = new Set([...names, 'db', 'holdfast-drill-by-somebody']);
  const swept = await sweepDrills(deps(fakeEngine(containers, volumes)));
  expect(swept).toEqual({ removed: [names[0], names[0]], problems: [] });
  expect([...volumes]).toEqual([...names.slice(1), 'db', 'holdfast-drill-by-somebody']);
  expect(
    readDrills(directory)
      .drills.map(({ id }) => id)
      .sort(),
  ).toEqual([living.id, away.id].sort());
  expect(readdirSync(directory)).not.toContain(`${gone.id}.files`);
});

test('servers that dumps were loaded into go with their volumes, also those of a drill that died on the way', async () => {
  const drill = await beginDrill(directory, { engine: 'unix:///engine', holder: dead, at, loads: 2 });
  const [first, second] = loadNames(drill);
  const volumes = new Set([drillName(drill.id), first?.server ?? '', first?.dumps ?? '', second?.dumps ?? '', 'db']);
  const containers = new Map([[first?.server ?? '', drill.id]]);
  const swept = await sweepDrills(deps(fakeEngine(containers, volumes)));
  expect(swept).toMatchObject({ problems: [] });
  expect(swept.removed).toHaveLength(5);
  expect([...volumes]).toEqual(['db']);
  expect(containers.size).toBe(0);
  expect(readDrills(directory).drills).toEqual([]);
});

test('a container of another with that name is left, with all that belongs to it, and told', async () => {
  const drill = await planned(dead);
  const name = drillName(drill.id);
  const volumes = new Set([name]);
  const swept = await sweepDrills(deps(fakeEngine(new Map([[name, 'other']]), volumes)));
  expect(swept.problems).toMatchObject([{ code: 'DRILL_NOT_REMOVED' }]);
  expect([...volumes]).toEqual([name]);
  expect(readDrills(directory).drills).toHaveLength(1);
});

test('where nothing is there yet, the record stays a while: what was asked for may still come', async () => {
  await planned(dead, now().toISOString());
  const engine = fakeEngine(new Map(), new Set());
  await sweepDrills(deps(engine));
  expect(readDrills(directory).drills).toHaveLength(1);
  await sweepDrills({ ...deps(engine), now: () => new Date(now().getTime() + 120_000) });
  expect(readDrills(directory).drills).toHaveLength(0);
});

test('an engine that does not answer keeps the record; damaged records are told and left', async () => {
  await planned(dead);
  writeFileSync(join(directory, 'ffffffffffffffff.drill'), '{');
  const connect = () => Promise.reject(new Error('gone'));
  const swept = await sweepDrills({ directory, self, now, connect });
  expect(swept.problems).toMatchObject([{ code: 'DRILL_JOURNAL_FOREIGN' }, { message: 'gone' }]);
  expect(readdirSync(directory).filter((name) => name.endsWith('.drill'))).toHaveLength(2);
});

test('one whose process cannot be seen is removed after a day', async () => {
  const drill = await planned(elsewhere);
  const engine = fakeEngine(new Map([[drillName(drill.id), drill.id]]), new Set());
  const swept = await sweepDrills({ ...deps(engine), now: () => new Date('2024-07-02T00:00:01.000Z') });
  expect(swept.removed).toEqual([drillName(drill.id)]);
});
