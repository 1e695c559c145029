import type { SnapshotsTaken, SnapshotTaken } from '#api/volume-snapshot-report.ts';
import type { TakenTargets } from '#app/volume/snapshot/take-all.ts';
import type { TakenSnapshot } from '#app/volume/snapshot/taking.ts';
import { count } from '#report/next-steps.ts';

/** The report of one target. */
export function snapshotReport(taken: TakenSnapshot): SnapshotTaken {
  const { snapshot, volume, method, holdMs, bytes, bytesAdded, files, complete, writersComplete } = taken;
  return {
    ...{ snapshot, volume, method, holdMs, bytes, bytesAdded, files, complete, writersComplete },
    dumps: [...taken.dumps],
    writers: taken.writers.map((writer) => ({ ...writer, digests: [...writer.digests] })),
    ...(taken.writersUnknown === undefined ? {} : { writersUnknown: [...taken.writersUnknown] }),
    ...(taken.late === undefined ? {} : { late: taken.late }),
    problems: taken.problems.map((problem) => ({ ...problem })),
  };
}

/** The report of several targets. */
export function targetsReport({ snapshots, stacks, failed }: TakenTargets): SnapshotsTaken {
  return {
    snapshots: snapshots.map(snapshotReport),
    stacks: stacks.map(({ stack, snapshot, method, holdMs, containerCount, complete, problems, ...rest }) => ({
      ...{ stack, snapshot, method, holdMs, containers: containerCount, complete },
      parts: rest.snapshots.map(snapshotReport),
      problems: problems.map((problem) => ({ ...problem })),
    })),
    failed: failed.map(({ kind, name, problem }) => ({ kind, name, code: problem.code, message: problem.message })),
  };
}

/** Two lines for people. */
export function snapshotText({
  snapshot,
  volume,
  files,
  bytes,
  bytesAdded,
  method,
  holdMs,
  complete,
  writers,
  writersUnknown = [],
  late = { writers: [], unknown: [] },
}: SnapshotTaken): string {
  const all = [...writers, ...late.writers];
  const who = shown(all.filter(({ capabilities }) => capabilities !== undefined)) || 'nobody that is known';
  const gone = shown(all.filter(({ capabilities }) => capabilities === undefined));
  const perhaps = gone === '' ? '' : ` Perhaps also by ${gone}: gone before it could be seen what they had mounted.`;
  const unknown = [...writersUnknown, ...late.unknown];
  const others = unknown.length === 0 ? '' : ` Whether others wrote is not known: ${unknown.join('; ')}.`;
  return (
    `${snapshot.slice(0, 8)}  ${volume}: ${count(files, 'file')}, ${bytes} bytes (${bytesAdded} new), ${method}, ` +
    `held for ${holdMs} ms${lacking(complete)}\nWritten by ${who}.${perhaps}${others}\n`
  );
}

function shown(writers: SnapshotTaken['writers']): string {
  const names = writers.map(({ name, image, alike }) =>
    alike === undefined ? `${name} (${image})` : `${name} and ${alike} like it (${image})`,
  );
  return names.join(', ');
}

/** A line a target, and how many went well. */
export function targetsText({ snapshots, stacks, failed }: SnapshotsTaken): string {
  const lines = stacks.flatMap(({ stack, snapshot, containers, parts, holdMs }) => [
    `${snapshot.slice(0, 8)}  stack ${stack}: ${count(parts.length, 'part')}, ${count(containers, 'container')}, held for ${holdMs} ms`,
    ...parts.map((part) => `  ${line(part)}`),
  ]);
  lines.push(...snapshots.map(line));
  const done = stacks.length + snapshots.length;
  lines.push(
    `${done} of ${count(done + failed.length, 'target')} taken${failed.length === 0 ? '' : `; ${failed.length} failed`}.`,
  );
  return `${lines.join('\n')}\n`;
}

function line({ snapshot, volume, files, bytes, bytesAdded, method, complete }: SnapshotTaken): string {
  return `${snapshot.slice(0, 8)}  ${volume}: ${count(files, 'file')}, ${bytes} bytes (${bytesAdded} new), ${method}${lacking(complete)}`;
}

/** What it lacks was told before. */
function lacking(complete: boolean): string {
  return complete ? '' : ', INCOMPLETE';
}
