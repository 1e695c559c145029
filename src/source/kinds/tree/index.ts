import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '#core/errors.ts';
import type { Image } from '#image/image.ts';

/** Kernel's and run-time directories of a root filesystem: nothing in them was installed. In any other tree they are folders. */
const RUNTIME = ['proc', 'sys', 'dev', 'run'];
/** Where engines keep images and containers: other roots, which are scanned by their own names. */
const ENGINE_STORAGE = [
  'var/lib/docker',
  'var/lib/containerd',
  'var/lib/containers',
  'var/lib/rancher',
  'var/lib/kubelet',
];

/** A directory that is read as it is, and what of it is left out. */
export interface Tree {
  readonly image: Image;
  /** Absolute paths that exist and are not walked. */
  readonly leftOut: readonly string[];
}

/**
 * A directory: `rootfs` for the root of an operating system, `dir` for any. Stays on one filesystem and follows no link
 * out of it.
 * @throws `FILE_UNREADABLE`
 */
export function openTree(kind: 'rootfs' | 'dir', path: string): Tree {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HoldfastError('FILE_UNREADABLE', `${path} is no directory`, {
      path,
      kind: 'usage',
      hint: 'Name the directory to look into; for a file leave out the prefix.',
    });
  }
  const directory = realpathSync(path);
  const root = kind === 'rootfs' ? directory : '/';
  const leaveOut = [...RUNTIME, ...ENGINE_STORAGE]
    .map((name) => join(root, name))
    .filter((path) => path.startsWith(directory === '/' ? '/' : `${directory}/`));
  const mounts = mountsBelow(directory);
  return {
    leftOut: [...new Set([...leaveOut.filter((one) => existsSync(one)), ...mounts])].sort(),
    image: {
      read: async (readLayer) => {
        const read = await readLayer({ kind: 'tree', directory, leaveOut: [...leaveOut, ...mounts] }, {});
        return {
          description: { kind, reference: path, verified: 'not-applicable', annotations: {}, tags: [], problems: [] },
          layers: [{ result: read.result }],
        };
      },
      close: async () => undefined,
    },
  };
}

/** Mount points inside the directory (proc(5), `/proc/self/mounts`); none where there is no such file. */
function mountsBelow(directory: string): readonly string[] {
  const prefix = directory === '/' ? '/' : `${directory}/`;
  try {
    const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const points = lines.map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
    return points.filter((point) => point.startsWith(prefix) && point !== directory);
  } catch {
    return [];
  }
}
