import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

const ROUNDS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 60);
const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

let bench: Bench;
const environment = () => ({
  PATH: process.env['PATH'] ?? '',
  HOME: bench.path('home'),
  XDG_CACHE_HOME: bench.path('cache'),
  SOURCE_DATE_EPOCH: '1719792000',
});

beforeAll(() => {
  bench = startBench();
});

afterAll(() => bench.remove());

/** Starts the program and kills it after a moment; tells whether it was still at work. */
async function killedAfter(args: readonly string[], delayMs: number): Promise<boolean> {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...args], { env: environment(), stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const running = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  return running;
}

/** Somewhere in a run that takes about this long. */
function moment(round: number, wholeMs: number): number {
  return Math.round(((round + 0.5) / ROUNDS) * wholeMs);
}

describe('killed at any moment', () => {
  it(`scan: the next one answers as if nothing had happened (${ROUNDS} kills)`, async () => {
    const layer = (index: number) => ({
      instruction: `COPY part${index} /`,
      files: Array.from({ length: 400 }, (_, file) => ({
        name: `app${index}/node_modules/p${file}/package.json`,
        body: JSON.stringify({ name: `p${file}`, version: `1.${index}.0`, filler: 'x'.repeat(2000) }),
      })),
    });
    writeFileSync(bench.path('image.tar'), dockerArchive({ steps: [0, 1, 2, 3, 4, 5].map(layer) }));
    const target = `docker-archive:${bench.path('image.tar')}`;
    const clean = await bench.run(['scan', target, '--no-cache', '--format', 'json'], { environment: environment() });
    expect(clean.code).toBe(0);
    const begun = Date.now();
    await bench.run(['scan', target, '--no-cache', '--format', 'json'], { environment: environment() });
    const wholeMs = Date.now() - begun;
    let kills = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const killed = await killedAfter(
        ['scan', target, '--format', `json=${bench.path('out.json')}`],
        moment(round, wholeMs),
      );
      if (killed) kills += 1;
      if (round % 10 === 9) {
        const after = await bench.run(['scan', target, '--format', 'json'], { environment: environment() });
        expect([round, after.code, after.stdout]).toEqual([round, 0, clean.stdout]);
      }
    }
    expect(kills).toBeGreaterThan(ROUNDS / 2);
  });

  it(`db build: the old file or the new one, never a broken one, and what was left is cleared away (${ROUNDS} kills)`, async () => {
    const record = (id: number, fixed: string) =>
      JSON.stringify({
        id: `TEST-2024-${id}`,
        modified: '2024-01-01T00:00:00Z',
        affected: [
          {
            package: { ecosystem: 'npm', name: `p${id}` },
            ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
          },
        ],
      });
    const lines = (fixed: string) => `${Array.from({ length: 20_000 }, (_, id) => record(id, fixed)).join('\n')}\n`;
    writeFileSync(bench.path('old.jsonl'), lines('1.0.0'));
    writeFileSync(bench.path('new.jsonl'), lines('2.0.0'));
    mkdirSync(bench.path('adv'));
    const out = bench.path('adv', 'advisories.db');
    const build = (from: string) => ['db', 'build', '--from', bench.path(from), '--out', out];
    await bench.run(['db', 'build', '--from', bench.path('new.jsonl'), '--out', bench.path('expected.db')]);
    const begun = Date.now();
    await bench.run(['db', 'build', '--from', bench.path('old.jsonl'), '--out', bench.path('adv-old.db')]);
    const wholeMs = Date.now() - begun;
    const allowed = [readFileSync(bench.path('adv-old.db')), readFileSync(bench.path('expected.db'))];
    await bench
      .run(['db', 'build', '--from', bench.path('old.jsonl'), '--out', out])
      .then(({ code }) => expect([0, 1]).toContain(code));
    let kills = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (await killedAfter(build('new.jsonl'), moment(round, wholeMs * 1.1))) kills += 1;
      if (existsSync(out)) {
        const held = readFileSync(out);
        expect([round, allowed.some((bytes) => bytes.equals(held))]).toEqual([round, true]);
      }
    }
    expect(kills).toBeGreaterThan(ROUNDS / 2);
    const last = await bench.run(build('new.jsonl'));
    expect(last.code).toBe(0);
    const left = readdirSync(bench.path('adv')).filter((name) => name !== 'advisories.db');
    expect(left.every((name) => /^\.advisories\.db\.[0-9a-f]+\.tmp$/.test(name))).toBe(true);
    for (const name of left) utimesSync(bench.path('adv', name), 0, 0);
    await bench.run(build('new.jsonl'));
    expect(readdirSync(bench.path('adv'))).toEqual(['advisories.db']);
  });
});
