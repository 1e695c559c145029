import { renameSync } from 'node:fs';
import { findProgram } from '#base/process/find-program.ts';
import { startProcess } from '#base/process/start-process.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';
import type { MetadataWriter } from '#volume/engines/restic/reader/write-metadata.ts';

/** A pipe, a device or a socket, for which Node has no call. */
export interface Oddity {
  readonly node: TreeNode;
  readonly place: Buffer;
}

/**
 * Makes pipes and devices with the system's programs; sockets are made by those who listen at them. Arguments hold no
 * bytes that are no text, so each is made under a plain name in `scratch` and moved.
 */
export async function createOddities(
  oddities: readonly Oddity[],
  scratch: string,
  metadata: MetadataWriter,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { node, place } of oddities) {
    try {
      const made = `${scratch}/odd`;
      await run(commandFor(node, made));
      renameSync(made, place);
      metadata.add(place, node);
    } catch (error) {
      const message = `${displayPath(place)} (${node.type}) was not made: ${problemOf(error).message}`;
      problems.push({ code: 'RESTORE_ODD_FILE', message, path: displayPath(place) });
    }
  }
  return problems;
}

function commandFor({ type, device = '0' }: TreeNode, made: string): readonly [string, ...string[]] {
  if (type === 'fifo') return ['mkfifo', made];
  if (type !== 'dev' && type !== 'chardev') throw new HoldfastError('RESTORE_ODD_FILE', 'nothing makes such a file');
  // Linux, makedev(3).
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return ['mknod', made, type === 'dev' ? 'b' : 'c', String(major), String(minor)];
}

async function run([name, ...args]: readonly [string, ...string[]]): Promise<void> {
  const started = await startProcess({ program: findProgram(name), args, environment: {}, directory: '/' });
  for await (const _ of started.stdout);
  const { code } = await started.ended;
  if (code !== 0) throw new HoldfastError('RESTORE_ODD_FILE', `${name} ended with ${code ?? 'a signal'}`);
}
