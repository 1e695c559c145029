import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotEngine } from '#volume/engines/engine.ts';
import { resticEngine } from '#volume/engines/restic/restic-engine.ts';

const ID = 'ab'.repeat(32);
const ROW = `[{"id":"${ID}","time":"2024-01-01T00:00:00Z","tree":"${'cd'.repeat(32)}","paths":["/d"],"hostname":"h","tags":null}]`;
const SUMMARY = (id: string) => `{"message_type":"summary","snapshot_id":"${id}","total_files_processed":1}`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-liar-'));
  mkdirSync(join(directory, 'data'));
  writeFileSync(join(directory, 'password'), 'secret\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A program that calls itself restic: for each command, what a shell is to do. */
function liar(commands: Readonly<Record<string, string>>, version = '0.14.0'): SnapshotEngine {
  const cases = Object.entries(commands).map(([command, does]) => `${command}) ${does} ;;`);
  const program = join(directory, 'restic');
  writeFileSync(
    program,
    `#!/bin/sh\ncase $1 in\nversion) echo "restic ${version} compiled with go" ;;\n${cases.join('\n')}\nesac\n`,
  );
  chmodSync(program, 0o755);
  return resticEngine(
    {
      location: join(directory, 'repository'),
      passwordFile: join(directory, 'password'),
      credentials: { kind: 'none' },
      options: [],
      cacheDirectory: join(directory, 'cache'),
      workDirectory: join(directory, 'work'),
      lockPath: join(directory, 'turns', 'one'),
      shared: true,
    },
    { HOLDFAST_RESTIC: program, PATH: '/usr/bin:/bin' },
  );
}

const request = () => ({ paths: [join(directory, 'data')], tags: ['t'], host: 'h' });

describe('a restic that does not tell the truth', () => {
  it('ends well without saying what it stored', async () => {
    await expect(liar({ backup: 'exit 0' }).backup(request())).rejects.toMatchObject({
      code: 'RESTIC_SUMMARY_MISSING',
    });
    const odd = `echo '${SUMMARY('../../etc')}'`;
    await expect(liar({ backup: odd }).backup(request())).rejects.toMatchObject({ code: 'RESTIC_SUMMARY_MISSING' });
  });

  it('names a snapshot that is not there, or two', async () => {
    const backup = `echo '${SUMMARY('12345678')}'`;
    const none = liar({ backup, snapshots: `echo '${ROW}'` });
    await expect(none.backup(request())).rejects.toMatchObject({ code: 'RESTIC_SNAPSHOT_LOST' });
    const two = liar({
      backup: `echo '${SUMMARY('abababab')}'`,
      snapshots: `echo '[${ROW.slice(1, -1)},${ROW.slice(1, -1)}]'`,
    });
    await expect(two.backup(request())).rejects.toMatchObject({ code: 'RESTIC_SNAPSHOT_LOST' });
  });

  it('says nothing of what it could not read but exit code 3', async () => {
    const engine = liar({ backup: `echo '${SUMMARY('abababab')}'; exit 3`, snapshots: `echo '${ROW}'` });
    const done = await engine.backup(request());
    expect(done).toMatchObject({ kind: 'incomplete', id: ID });
    expect(done.problems).toHaveLength(1);
  });

  it('forgets nothing, and calls that a success', async () => {
    const engine = liar({ forget: 'exit 0', snapshots: `echo '${ROW}'` });
    await expect(engine.forget([ID])).rejects.toMatchObject({ code: 'RESTIC_FORGET_REFUSED' });
  });

  it('restores nothing, or leaves files out, and calls that a success', async () => {
    const target = join(directory, 'target');
    const restore = { snapshot: ID, target, verify: true };
    await expect(liar({ restore: 'exit 0' }).restore(restore)).rejects.toMatchObject({
      code: 'RESTIC_RESTORE_INCOMPLETE',
    });
    const some = liar({ restore: `echo x > ${target}/f; echo 'ignoring error for /g: gone' >&2` });
    await expect(some.restore(restore)).rejects.toMatchObject({ code: 'RESTIC_RESTORE_INCOMPLETE' });
  });

  it('stores less of a stream than it was given', async () => {
    const engine = liar({ backup: `cat > /dev/null; echo '${SUMMARY('abababab')}'`, snapshots: `echo '${ROW}'` });
    async function* content() {
      yield Buffer.from('five!');
    }
    await expect(engine.backupStream({ name: 'd', content: content(), tags: [], host: 'h' })).rejects.toMatchObject({
      code: 'RESTIC_STREAM_CUT',
    });
  });

  it('ends before its input does', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(100_000);
    }
    const stream = (engine: SnapshotEngine) =>
      engine.backupStream({ name: 'd', content: endless(), tags: [], host: 'h' });
    await expect(stream(liar({ backup: 'exit 0' }))).rejects.toMatchObject({ code: 'RESTIC_STREAM_CUT' });
    await expect(
      stream(liar({ backup: 'echo "Fatal: wrong password or no key found" >&2; exit 1' })),
    ).rejects.toMatchObject({
      code: 'RESTIC_PASSWORD_WRONG',
    });
  });

  it('checks nothing, and calls that a success', async () => {
    await expect(liar({ check: 'exit 0' }).check()).rejects.toMatchObject({ code: 'RESTIC_OUTPUT_INVALID' });
    await expect(liar({ check: 'kill -KILL $$' }).check()).rejects.toMatchObject({ code: 'RESTIC_FAILED' });
  });

  it('writes a line without an end', async () => {
    const engine = liar({ backup: 'yes | tr -d "\\n"', snapshots: 'yes | tr -d "\\n"' });
    await expect(engine.backup(request())).rejects.toMatchObject({ code: 'PROCESS_LINE_TOO_LONG' });
    await expect(engine.snapshots()).rejects.toMatchObject({ code: 'PROCESS_LINE_TOO_LONG' });
  });

  it('answers what is no list of snapshots', async () => {
    for (const answer of ['', '{}', '[1]', '[{"id":"../x","time":"now","tree":"x"}]', 'Fatal']) {
      await expect(liar({ snapshots: `echo '${answer}'` }).snapshots()).rejects.toMatchObject({
        code: 'RESTIC_OUTPUT_INVALID',
      });
    }
    expect(await liar({ snapshots: 'echo remark; echo null' }).snapshots()).toEqual([]);
  });

  it('is too old, or no restic', async () => {
    await expect(liar({}, '0.13.1').version()).rejects.toMatchObject({ code: 'RESTIC_TOO_OLD' });
    await expect(liar({}, 'of another kind').version()).rejects.toMatchObject({ code: 'RESTIC_MISSING' });
    expect(await liar({}, '0.19.1-dev (compiled manually)').version()).toBe('0.19.1');
  });

  it('speaks as newer versions do', async () => {
    const gone = liar(
      { backup: `echo '{"message_type":"exit_error","code":11,"message":"unable to lock"}' >&2; exit 11` },
      '0.18.0',
    );
    await expect(gone.backup(request())).rejects.toMatchObject({ code: 'RESTIC_LOCKED' });
    const bytes = '"total_bytes_processed":9,"data_added":8,"data_added_packed":7';
    const engine = liar(
      {
        backup: `echo '{"message_type":"status","percent_done":0.5,"total_bytes":9,"bytes_done":4}'; echo '${SUMMARY(ID).slice(0, -1)},${bytes}}'`,
        snapshots: `echo '${ROW}'`,
      },
      '0.18.0',
    );
    const seen: unknown[] = [];
    const done = await engine.backup(request(), { progress: (progress) => seen.push(progress) });
    expect(done).toMatchObject({ kind: 'complete', id: ID, bytesProcessed: 9, bytesAdded: 7 });
    expect(seen).toEqual([{ bytesDone: 4, bytesTotal: 9 }]);
  });
});
