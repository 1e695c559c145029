import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SnapshotEngine } from '#volume/engines/engine.ts';
import { type ResticPlace, resticPlace } from '../harness/restic-place.ts';
import { needs } from '../harness/skip.ts';

needs('restic', 'mkfifo')('a pass of restic that waits for the word', () => {
  let place: ResticPlace;
  let engine: SnapshotEngine;
  const request = () => ({ paths: [place.path('data')], ...place.labels });
  const contentIn = async (id: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of engine.dump(id, place.path('data', 'a'))) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  };

  beforeAll(async () => {
    place = resticPlace();
    place.file('data/a', 'before');
    engine = place.engine();
    await engine.init();
  });
  afterAll(() => place.remove());

  it('looks at nothing before, and stores what is there then; it leaves neither lock nor pipe', async () => {
    const pass = engine.prepare(request());
    await pass.ready;
    expect(readdirSync(place.path('repository', 'locks'))).toHaveLength(1);
    await sleep(200);
    writeFileSync(place.path('data', 'a'), 'as it was when it was told to go');
    const { shortId, kind } = await pass.go();
    expect(kind).toBe('complete');
    const [row] = await engine.snapshots({ ids: [shortId] });
    expect(await contentIn(row?.id ?? '')).toBe('as it was when it was told to go');
    expect(readdirSync(place.path('repository', 'locks'))).toEqual([]);
    expect(readdirSync(place.path('work'))).toEqual([]);
    await engine.discard([shortId]);
    expect(await engine.snapshots()).toEqual([]);
  });

  it('runs beside another pass, goes on from it, and finds what it stored', async () => {
    place.file('data/large', randomBytes(200_000));
    const pass = engine.prepare(request());
    const first = await engine.pass({ ...request(), time: new Date(Date.now() - 2000) });
    const second = await pass.go();
    expect(await engine.snapshots({ ids: [first.shortId, second.shortId] })).toHaveLength(2);
    expect(first.bytesAdded).toBeGreaterThan(200_000);
    expect(second.bytesAdded).toBeLessThan(10_000);
    await engine.discard([first.shortId, second.shortId]);
  });

  it('that is cancelled stores nothing', async () => {
    const pass = engine.prepare(request());
    await pass.ready;
    await pass.cancel();
    expect(await engine.snapshots()).toEqual([]);
    expect(readdirSync(place.path('repository', 'locks'))).toEqual([]);
    expect(readdirSync(place.path('work'))).toEqual([]);
  });

  it('of which everybody has died who could have said the word stores nothing: half a pattern is refused', () => {
    const environment = { PATH: process.env['PATH'], RESTIC_PASSWORD_FILE: place.path('password'), HOME: place.path() };
    const args = ['-r', place.path('repository'), 'backup', `--exclude-file=${place.file('half', '[')}`, '/etc'];
    const { status, stderr } = spawnSync('restic', args, { env: environment, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('invalid pattern')]);
  });

  it('is told to end while it works, and says so', async () => {
    const pass = engine.prepare(request());
    await pass.ready;
    await expect(pass.go({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'PROCESS_ABORTED' });
    expect(await engine.snapshots()).toEqual([]);
  });

  it('is made good by one of the usual kind where it cannot be had', async () => {
    const other = place.engine({ passwordFile: place.file('wrong', 'another\n') });
    const wrong = other.prepare(request());
    await wrong.ready;
    await expect(wrong.go()).rejects.toMatchObject({ code: 'RESTIC_PASSWORD_WRONG' });
    // Nobody waits for a pass that has failed.
    await engine.unlock();
  });

  it('discards what is meant and nothing else', async () => {
    const kept = await engine.backup(request());
    const { shortId } = await engine.pass(request());
    await engine.discard([shortId]);
    expect((await engine.snapshots()).map(({ id }) => id)).toEqual([kept.id]);
    // In a repository that others use too, restic does it, with its lock.
    const shared = place.engine({ shared: true });
    await shared.discard([kept.id.slice(0, 8)]);
    expect(await engine.snapshots()).toEqual([]);
  });
});
