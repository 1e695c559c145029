import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RetentionReport,
  type RetentionSettingsReport,
  signsAcceptedSchema,
} from '#api/volume-retention-report.ts';
import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import { requireHome } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { fakeRepository } from '../fakes/restic-repository.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';
import { findTool } from '../harness/tool.ts';

const DAY_MS = 86_400_000;

/** Runs restic, and then does this when it was about forgetting. */
const AFTER_FORGET = (then: string) => `#!/bin/sh
REAL "$@"
code=$?
for word in "$@"; do [ "$word" = forget ] && ${then}; done
exit $code
`;

needs('restic')('volume retention', () => {
  let bench: Bench;
  let environment: Record<string, string>;
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    bench.run(['volume', ...args], { environment: { ...environment, ...more } });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  /** What the record tells of a volume, in full. */
  const log = async (volume: string) =>
    (await bench.run(['log', '--subject', volume, '--format', 'json'], { environment })).stdout;

  /** A snapshot as `volume snapshot` takes it, of some days ago, and its event. */
  const take = async (
    volume: string,
    daysAgo: readonly number[],
    files: (daysAgo: number) => Record<string, Buffer>,
    isFirstTrusted = false,
  ) => {
    const record = await openRecord(requireHome(environment), environment, () => new Date());
    const repository = openRepository(record.home, 'main', { ...process.env, ...environment });
    const ids: string[] = [];
    const source = bench.path('volumes', volume, '_data');
    const staging = bench.path('holdfast', 'staging', 'main', volume);
    for (const directory of [source, staging]) mkdirSync(directory, { recursive: true });
    for (const [index, ago] of daysAgo.entries()) {
      const all = files(ago);
      for (const [name, bytes] of Object.entries(all)) writeFileSync(`${source}/${name}`, bytes);
      writeFileSync(`${staging}/manifest.json`, `${ago}`);
      const time = new Date(Math.floor(Date.now() / 1000) * 1000 - ago * DAY_MS);
      const tags = ['holdfast', `volume=${volume}`];
      const made = await repository.engine.backup({ paths: [source, staging], tags, host: 'h', time });
      ids.push(made.id);
      const about = { volume, repository: { name: 'main', id: repository.settings.id } };
      const stream = `volume:${volume}`;
      // Where somebody watched, it is known that nobody wrote.
      const begun = { ...about, writers: [], writersComplete: isFirstTrusted && index === 0 };
      const started = await record.ledger.append({
        stream,
        events: [{ type: 'snapshot.started', data: begun }],
        actor: 'test',
      });
      const data = {
        ...about,
        ...{ snapshot: made.id, tree: made.tree, method: 'still', holdMs: 0, bytes: made.bytesProcessed },
        ...{ bytesAdded: made.bytesAdded, files: made.files, dumps: [], complete: true },
        started: started.kind === 'appended' ? started.position : 0,
      };
      const events = [{ type: 'snapshot.finished', data }] as const;
      await record.ledger.append({ stream: `volume:${volume}`, events, actor: 'test' });
    }
    await record.close();
    return ids;
  };
  const documents = (edited: number) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`doc-${n}`, Buffer.from(`line ${n} ${n === edited % 20}\n`.repeat(200))]),
    );
  const noise = (seed: string) =>
    Buffer.concat(Array.from({ length: 100 }, (_, n) => createHash('sha256').update(`${seed} ${n}`).digest()));
  const encrypted = () => Object.fromEntries(Object.keys(documents(0)).map((name) => [name, noise(name)]));

  /** restic under its own name in front of the real one. */
  const withRestic = (name: string, text: string): Record<string, string> => {
    const directory = bench.path(name);
    mkdirSync(directory);
    writeFileSync(`${directory}/restic`, text.replace('REAL', findTool('restic') ?? ''));
    chmodSync(`${directory}/restic`, 0o755);
    return { PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` };
  };
  const report = async (...args: readonly string[]): Promise<RetentionReport> =>
    JSON.parse((await run(['retention', ...args, '--repo', 'main', '--format', 'json'])).stdout);
  const listed = async (volume: string): Promise<SnapshotList> =>
    JSON.parse(await ok('snapshots', '--repo', 'main', '--volume', volume, '--format', 'json'));

  beforeAll(async () => {
    bench = startBench();
    environment = { HOLDFAST_HOME: bench.path('holdfast') };
    writeFileSync(bench.path('password'), 'password\n', { mode: 0o600 });
    const root = bench.path('repo');
    for (const name of ['', '/locks', '/index', '/snapshots', '/data']) mkdirSync(`${root}${name}`);
    fakeRepository(root, 'password');
    await bench.run(['init'], { environment });
    await ok('repo', 'adopt', 'main', '--location', root, '--password-file', bench.path('password'));
  });

  afterAll(() => bench?.remove());

  let ids: readonly string[];

  test('a policy is set, previewed, and applied: what goes is on the record, and nothing is missing', async () => {
    ids = await take('db', [9, 8, 7, 6, 5, 4, 3, 2, 1], documents);
    await ok('retention', 'set', '--repo', 'main', '--last', '3');
    const settings: RetentionSettingsReport = JSON.parse(
      await ok('retention', 'set', '--repo', 'main', '--volume', 'db', '--daily', '7', '--format', 'json'),
    );
    expect(settings).toMatchObject({ default: { last: 3 }, volumes: { db: { daily: 7 } }, raised: [] });
    const shown = await ok('retention', 'preview', '--repo', 'main');
    expect(shown).toContain('db (volume db: daily 7): 7 kept, 2 would be forgotten.');
    expect(shown).toContain('daily 7: as many newer ones are kept');
    expect((await listed('db')).snapshots).toHaveLength(9);

    const applied = await report('apply');
    expect(applied).toMatchObject({ dryRun: false, pruned: 'no', healed: 0, problems: [] });
    expect(applied.volumes).toMatchObject([{ volume: 'db', state: 'done', signs: { state: 'clear' }, problem: null }]);
    expect(applied.volumes[0]?.forgotten.map(({ snapshot }) => snapshot)).toEqual([ids[1], ids[0]]);
    const { snapshots, missing } = await listed('db');
    expect(snapshots.map(({ snapshot }) => snapshot)).toEqual(ids.slice(2));
    expect(missing).toEqual([]);
    expect(await log('db')).toMatch(/retention\.started[\s\S]*snapshot\.forgotten/);
    expect(await ok('retention', 'apply', '--repo', 'main', '--prune')).toMatch(
      /7 kept, 0 forgotten\.\nData that no snapshot needs was removed\./,
    );
    expect(await ok('verify', '--repo', 'main')).toMatch(/^Whole: 7 snapshots/);
  });

  test('a snapshot that the record does not know stays, unless asked', async () => {
    const record = await openRecord(requireHome(environment), environment, () => new Date());
    const { engine } = openRepository(record.home, 'main', { ...process.env, ...environment });
    const time = new Date(Date.now() - 30 * DAY_MS);
    const paths = [bench.path('volumes', 'db', '_data')];
    const { id } = await engine.backup({ paths, tags: ['holdfast', 'volume=db'], host: 'h', time });
    await record.close();
    const [usual, asked] = [await report('preview'), await report('preview', '--include-foreign')];
    expect(usual.volumes[0]?.kept.at(-1)).toMatchObject({ snapshot: id, standing: 'foreign' });
    expect(asked.volumes[0]?.forgotten).toMatchObject([{ snapshot: id }]);
  });

  test('killed after forgetting, the next run completes the record', async () => {
    await ok('retention', 'set', '--repo', 'main', '--volume', 'db', '--daily', '6');
    const killed = await run(
      ['retention', 'apply', '--repo', 'main'],
      withRestic('kills', AFTER_FORGET('kill -9 $PPID')),
    );
    expect(killed.code).toBeUndefined();
    const { snapshots, missing } = await listed('db');
    expect(snapshots.map(({ snapshot }) => snapshot)).not.toContain(ids[2]);
    expect(missing).toEqual([]);
    expect(await report('apply')).toMatchObject({ healed: 1, volumes: [{ state: 'done', forgotten: [] }] });
    expect(await log('db')).toContain('told by a later run');
  });

  test('a storage that does not forget is no success, and what stays is not called forgotten', async () => {
    await ok('retention', 'set', '--repo', 'main', '--volume', 'db', '--daily', '5');
    const lying = `#!/bin/sh\nfor word in "$@"; do [ "$word" = forget ] && exit 0; done\nexec REAL "$@"\n`;
    const refused = await run(['retention', 'apply', '--repo', 'main'], withRestic('lies', lying));
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('[RESTIC_FORGET_REFUSED]') });
    expect(await log('db')).toContain('1 snapshot is still there');
    const next = await report('apply');
    expect(next).toMatchObject({ healed: 0, volumes: [{ state: 'done', forgotten: [{ snapshot: ids[3] }] }] });
    expect((await listed('db')).missing).toEqual([]);
  });

  test('files that were encrypted pause everything until somebody accepts that', async () => {
    const [trusted] = await take('files', [9, 8, 7, 6, 5, 4, 3], documents, true);
    // What is usual for a volume stays known when most of its snapshots are forgotten.
    const thinned = await report('apply', '--volume', 'files');
    expect(thinned.volumes).toMatchObject([{ state: 'done', signs: { state: 'clear' } }]);
    expect(thinned.volumes[0]?.kept).toHaveLength(4);
    await take('files', [1], encrypted);
    const paused = await run(['retention', 'apply', '--repo', 'main', '--volume', 'files', '--prune']);
    expect(paused.code).toBe(3);
    expect(paused.stdout).toContain('all 5 kept: signs of ransomware are raised.');
    expect(paused.stdout).toMatch(/20 of 20 files with new content could be compressed\s+before/);
    expect(paused.stdout).toContain('was not removed: signs of ransomware are raised.');
    // It is said once, and holds until it is accepted, also for the next snapshot.
    await take('files', [0.5], encrypted);
    expect((await run(['retention', 'apply', '--repo', 'main', '--volume', 'files'])).code).toBe(3);
    expect((await log('files')).match(/volume\.signs-raised/g)).toHaveLength(1);
    expect(await ok('retention', 'show', '--repo', 'main')).toContain('holdfast volume signs accept files --repo main');

    const accept = ['signs', 'accept', 'files', '--repo', 'main', '--reason'];
    expect(await run([...accept, ' '])).toMatchObject({ code: 2 });
    const accepted = JSON.parse(await ok(...accept, 'we encrypt these now', '--format', 'json'));
    expect(signsAcceptedSchema.parse(accepted)).toMatchObject({ volume: 'files', repository: 'main' });
    expect(accepted.snapshots.length).toBeGreaterThan(0);
    expect((await run(accept.concat('again'))).stderr).toContain('[SIGNS_NONE]');
    const after = await report('apply', '--volume', 'files');
    expect(after.volumes).toMatchObject([{ state: 'done', signs: { state: 'clear' } }]);
    expect(after.volumes[0]?.kept).toHaveLength(4);
    expect(after.volumes[0]?.kept.at(-1)).toMatchObject({ snapshot: trusted, reasons: [{ rule: 'last-trusted' }] });
    expect((await log('files')).includes('we encrypt these now')).toBe(true);
  });

  test('refusals say what to do', async () => {
    for (const [args, code] of [
      [['set', '--repo', 'main'], 'USAGE'],
      [['set', '--repo', 'main', '--within', 'soon'], 'RETENTION_POLICY_INVALID'],
      [['set', '--repo', 'main', '--volume', '../x', '--last', '1'], 'RETENTION_NAME_INVALID'],
      [['set', '--repo', 'other', '--last', '1'], 'REPOSITORY_UNKNOWN'],
      [['apply', '--repo', 'main', '--volume', 'nothing'], 'SNAPSHOT_UNKNOWN'],
    ] as const) {
      expect(await run(['retention', ...args])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`[${code}]`),
      });
    }
    await ok('retention', 'set', '--repo', 'main', '--none');
    const none = await report('apply', '--volume', 'files');
    expect(none.volumes).toMatchObject([{ state: 'keeps-all', policy: null }]);
  });
});
