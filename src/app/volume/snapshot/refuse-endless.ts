import { statfsSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';
import type { BackupRequest, JobOptions, PassDone, SnapshotEngine } from '#volume/engines/engine.ts';

/** What a filesystem may seem to hold by the sizes of its files: with holes, compressed, sharing blocks. */
const TIMES_USED = 20;
const ALWAYS_BYTES = 1024 ** 4;

/**
 * An engine that gives up a pass over files that claim to be larger than their filesystem can explain: a container makes a
 * file of petabytes, all of it a hole, in no time, and reading it would keep all other snapshots waiting for weeks.
 * @param usedBytes what is in use on the filesystem of a path
 */
export function refuseEndless(
  engine: SnapshotEngine,
  usedBytes: (path: string) => number = usedBytesOf,
): SnapshotEngine {
  const watched = async (
    { paths }: BackupRequest,
    { progress, signal }: JobOptions,
    pass: (options: JobOptions) => Promise<PassDone>,
  ): Promise<PassDone> => {
    const [source = '/'] = paths;
    const limitBytes = ALWAYS_BYTES + TIMES_USED * usedBytes(source);
    const endless = new AbortController();
    let claimed = 0;
    try {
      return await pass({
        signal: signal === undefined ? endless.signal : AbortSignal.any([signal, endless.signal]),
        progress: (now) => {
          progress?.(now);
          claimed = now.bytesTotal ?? 0;
          if (claimed > limitBytes) endless.abort();
        },
      });
    } catch (error) {
      if (!endless.signal.aborted) throw error;
      throw new HoldfastError(
        'SNAPSHOT_IMPLAUSIBLE',
        `The files of ${source} claim to have ${claimed} bytes, more than ${limitBytes}, which is what their filesystem can explain`,
        { hint: 'A file with a huge hole? Leave it out with the label holdfast.volume.exclude.', cause: error },
      );
    }
  };
  return {
    ...engine,
    pass: (request, options = {}) => watched(request, options, (more) => engine.pass(request, more)),
    prepare: (request) => {
      const prepared = engine.prepare(request);
      return { ...prepared, go: (options = {}) => watched(request, options, prepared.go) };
    },
  };
}

/** 0 where it cannot be told. */
function usedBytesOf(path: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(path);
    return (blocks - bfree) * bsize;
  } catch {
    return 0;
  }
}
