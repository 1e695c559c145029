import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import type { VolumeVerified } from '#api/volume-verify-report.ts';
import { readRecords, readState } from './states.ts';
import type { VolumeBench } from './volume-bench.ts';

interface Told {
  readonly position: number;
  readonly type: string;
  readonly data: {
    readonly snapshot: string;
    readonly volume: string;
    readonly repository: { readonly name: string };
    readonly ids: readonly string[];
    readonly started: number;
  };
}

/** What drills note may be kept for a minute after they died. */
const LEFTOVERS_LIMIT_MS = 90_000;

/**
 * Looks whether each snapshot that the record calls finished, and nobody forgot since, is there and comes back byte for
 * byte; whether repositories, restic's view of them, and the record are whole; and whether nothing is left over.
 * @returns how many came back
 * @throws with what is not so
 */
export async function expectAllThere(bench: VolumeBench, repositories: readonly string[]): Promise<number> {
  await bench.ok('ledger', 'verify');
  const types = ['started', 'finished', 'failed', 'forgotten'].flatMap((end) => ['--type', `snapshot.${end}`]);
  const text = await bench.ok('log', ...types, '--limit', '10000', '--format', 'json');
  const events: readonly Told[] = JSON.parse(text);
  const told = (end: string) => events.filter(({ type }) => type === `snapshot.${end}`);
  const finished = told('finished');
  const ended = new Set([...finished, ...told('failed')].map(({ data }) => data.started));
  const open = told('started').filter(({ position }) => !ended.has(position));
  if (open.length > 0) throw new Error(`begun for ever: ${JSON.stringify(open)}`);
  const forgotten = new Set(told('forgotten').flatMap(({ data }) => data.ids));
  const kept = finished
    .filter(({ data }) => !forgotten.has(data.snapshot))
    .sort((a, b) => a.position - b.position)
    .map(({ data }) => data);
  for (const name of repositories) {
    const list: SnapshotList = JSON.parse(await bench.ok('volume', 'snapshots', '--repo', name, '--format', 'json'));
    if (list.missing.length > 0) throw new Error(`${name} lacks ${JSON.stringify(list.missing)}`);
    const directory = ['--directory', bench.bench.path('repositories', name)];
    const verified = await bench.ok(
      'volume',
      'verify',
      '--independent',
      '--repo',
      name,
      ...directory,
      '--format',
      'json',
    );
    const { record }: VolumeVerified = JSON.parse(verified);
    if (record.missing.length > 0) throw new Error(`${name} lacks ${JSON.stringify(record.missing)}`);
    bench.restic(name, 'check', '--read-data', '--no-lock', '--quiet');
  }
  if (bench.repositories.includes('second')) bench.restic('second', 'check', '--read-data', '--no-lock', '--quiet');
  const newest = new Map<string, number>();
  for (const { snapshot, volume, repository } of kept) {
    const target = bench.bench.path('back');
    const from = ['--volume', volume, '--repo', repository.name];
    await bench.ok('volume', 'restore', snapshot, ...from, '--target', target);
    // What was recorded later is not older; only `swap` goes back, when it is restored in place.
    const round = readState(target);
    if (volume !== 'swap' && round < (newest.get(volume) ?? 0)) throw new Error(`${snapshot} is as of ${round}`);
    newest.set(volume, round);
    if (volume === 'log') readRecords(target, bench.place('log'));
    const own = /^(?:state|f|g\d)$/;
    const more = readdirSync(target).filter((name) => !own.test(name));
    if (more.join() !== (volume === 'log' ? 'a,b' : '')) throw new Error(`${snapshot} also holds ${more.join(', ')}`);
    rmSync(target, { recursive: true });
  }
  await nothingLeft(bench);
  return kept.length;
}

async function nothingLeft(bench: VolumeBench): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const left = await bench.leftovers();
    if (left.length === 0) return;
    if (performance.now() - begun > LEFTOVERS_LIMIT_MS) throw new Error(`left over: ${left.join('\n')}`);
    await sleep(2_000);
    await bench.ok('volume', 'reconcile');
  }
}
