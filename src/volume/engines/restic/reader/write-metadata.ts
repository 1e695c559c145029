import { chmodSync, lchownSync, lutimesSync } from 'node:fs';
import { findProgram } from '#base/process/find-program.ts';
import { startProcess } from '#base/process/start-process.ts';
import { type Problem, problemOf, systemCode } from '#core/errors.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** Sets owners, permissions, times and attributes when all that is below a directory is there. */
export interface MetadataWriter {
  add(place: Buffer, node: TreeNode): void;
  /** Each kind of failure once. */
  finish(): Promise<readonly Problem[]>;
}

export function metadataWriter(): MetadataWriter {
  const entries: { readonly place: Buffer; readonly node: TreeNode }[] = [];
  return {
    add: (place, node) => {
      entries.push({ place, node });
    },
    finish: async () => {
      const failures = new Map<string, { readonly problem: Problem; count: number }>();
      const failed = (what: string, place: Buffer, error: unknown) => {
        const known = failures.get(what);
        if (known !== undefined) {
          known.count += 1;
          return;
        }
        const why = systemCode(error) ?? problemOf(error).message;
        const message = `${what} of ${displayPath(place)} could not be set (${why})`;
        failures.set(what, { problem: { code: 'RESTORE_METADATA', message, path: displayPath(place) }, count: 1 });
      };
      // A change of owner takes set-user bits and capabilities away; what is made below a directory changes its time.
      const inside = entries.toReversed();
      for (const { place, node } of inside) {
        attempt('The owner', place, failed, () => lchownSync(place, node.uid, node.gid));
      }
      const attributes = await setAttributes(entries);
      if (attributes !== undefined) failed('Extended attributes', attributes.place, attributes.error);
      for (const { place, node } of inside) {
        if (node.type !== 'symlink') attempt('The mode', place, failed, () => chmodSync(place, node.mode));
        const moment = Date.parse(node.mtime ?? '');
        if (Number.isNaN(moment)) continue;
        attempt('The time', place, failed, () => lutimesSync(place, moment / 1000, seconds(node.mtime ?? '', moment)));
      }
      return [...failures.values()].map(({ problem, count }) =>
        count === 1 ? problem : { ...problem, message: `${problem.message}, and ${count - 1} more` },
      );
    },
  };
}

function attempt(
  what: string,
  place: Buffer,
  failed: (what: string, place: Buffer, error: unknown) => void,
  set: () => void,
): void {
  try {
    set();
  } catch (error) {
    failed(what, place, error);
  }
}

/** With the part of a second that a Date does not hold; Node keeps microseconds of it, and cuts the rest. */
function seconds(mtime: string, moment: number): number {
  const micros = Number((/\.(\d{1,9})/.exec(mtime)?.[1] ?? '0').padEnd(6, '0').slice(0, 6));
  return Math.floor(moment / 1000) + (micros + 0.5) / 1e6;
}

/** In the words of `setfattr --restore`, which takes any bytes in names of files. Undefined when there was nothing wrong. */
async function setAttributes(
  entries: readonly { readonly place: Buffer; readonly node: TreeNode }[],
): Promise<{ readonly place: Buffer; readonly error: unknown } | undefined> {
  const having = entries.filter(({ node }) => node.xattrs.length > 0);
  const [first] = having;
  if (first === undefined) return undefined;
  try {
    const running = await startProcess({
      program: findProgram('setfattr'),
      args: ['--no-dereference', '--restore=-'],
      environment: {},
      directory: '/',
      input: true,
    });
    for (const { place, node } of having) {
      const lines = node.xattrs.map(({ name, value }) => `${escaped(Buffer.from(name))}=0x${value.toString('hex')}`);
      running.stdin?.write(`# file: ${escaped(place)}\n${lines.join('\n')}\n\n`);
    }
    running.stdin?.end();
    for await (const _ of running.stdout);
    const { code } = await running.ended;
    return code === 0
      ? undefined
      : { place: first.place, error: new Error(`setfattr ended with ${code ?? 'a signal'}`) };
  } catch (error) {
    return { place: first.place, error };
  }
}

function escaped(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x21-\x5b\x5d-\x7e]|=/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
