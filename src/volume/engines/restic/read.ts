import { linesOf } from '#base/process/lines.ts';
import type { SnapshotEntry } from '#volume/engines/engine.ts';
import { numberAt, objectOf, textAt } from '#volume/engines/restic/json.ts';
import { type ResticContext, type RunningRestic, startRestic } from '#volume/engines/restic/run.ts';
import { snapshotArgument } from '#volume/engines/restic/snapshots.ts';

/** The entries of a snapshot; with a path, that one and what is directly in it. */
export async function* listEntries(
  context: ResticContext,
  snapshot: string,
  path?: string,
): AsyncGenerator<SnapshotEntry> {
  const args = ['--json', '--', snapshotArgument(snapshot), ...(path === undefined ? [] : [path])];
  const running = await startRestic(context, { command: 'ls', args });
  yield* whole(running, entries(running));
}

/** The bytes of a file in a snapshot. */
export async function* dumpFile(context: ResticContext, snapshot: string, path: string): AsyncGenerator<Uint8Array> {
  const args = ['--', snapshotArgument(snapshot), path];
  const running = await startRestic(context, { command: 'dump', args });
  yield* whole(running, running.stdout);
}

/** Passes on what comes, then asks how it ended. A reader that goes away ends the program. */
async function* whole<T>(running: RunningRestic, items: AsyncIterable<T>): AsyncGenerator<T> {
  let isRead = false;
  try {
    yield* items;
    isRead = true;
  } finally {
    if (!isRead) await running.stop();
  }
  await running.settled();
}

async function* entries({ stdout }: RunningRestic): AsyncGenerator<SnapshotEntry> {
  for await (const line of linesOf(stdout)) {
    const node = objectOf(line);
    if (node === undefined) continue;
    const kind = textAt(node, 'struct_type') ?? textAt(node, 'message_type');
    const path = textAt(node, 'path');
    if (kind !== 'node' || path === undefined) continue;
    yield {
      path,
      type: textAt(node, 'type') ?? 'unknown',
      sizeBytes: numberAt(node, 'size') ?? 0,
      // Go’s bits for kinds of files stand above the permissions; setuid, setgid and sticky are elsewhere, too.
      mode: permissions(numberAt(node, 'mode') ?? 0),
      uid: numberAt(node, 'uid') ?? 0,
      gid: numberAt(node, 'gid') ?? 0,
      mtime: textAt(node, 'mtime') ?? '',
    };
  }
}

/** From Go’s fs.FileMode to chmod’s numbers. */
function permissions(mode: number): number {
  const bit = (at: number, value: number) => (Math.floor(mode / 2 ** at) % 2 === 1 ? value : 0);
  return (mode % 0o1000) + bit(23, 0o4000) + bit(22, 0o2000) + bit(20, 0o1000);
}
