import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import type { Problem } from '#core/errors.ts';
import type { LayerEntry } from '#image/entry.ts';
import type { Image, ImageDescription } from '#image/image.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import { walkDirectory } from '#image/read-directory.ts';
import { readLayerArchive } from '#image/read-layer.ts';

/** One line for each path: type, mode, size, and a link's target or the digest of a file's content. */
export type Files = ReadonlyMap<string, string>;

interface Layer {
  readonly entries: Map<string, LayerEntry>;
  readonly hashes: Map<string, string>;
  readonly whiteouts: string[];
  readonly opaques: string[];
}

const LIMIT_BYTES = 64 * 1024 * 1024;

function lineOf(type: string, mode: number, sizeBytes: number, more: string): string {
  return `${type} ${mode.toString(8)} ${type === 'file' ? sizeBytes : ''} ${more}`.trimEnd();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function collector(problems: Problem[]): { layer: Layer; visitor: LayerVisitor } {
  const layer: Layer = { entries: new Map(), hashes: new Map(), whiteouts: [], opaques: [] };
  const visitor: LayerVisitor = {
    whiteout: (path) => layer.whiteouts.push(path),
    opaque: (path) => layer.opaques.push(path),
    problem: (problem) => problems.push(problem),
    entry: (entry) => {
      layer.entries.set(entry.path, entry);
      if (entry.type !== 'file') return undefined;
      return {
        kind: 'whole',
        limitBytes: LIMIT_BYTES,
        done: (bytes) => layer.hashes.set(entry.path, sha256(bytes)),
        tooLarge: () => problems.push({ code: 'TEST', message: 'too large', path: entry.path }),
      };
    },
  };
  return { layer, visitor };
}

/** Reads an image through its source and stacks its layers in the plainest way: every path in one table. */
export async function readFiles(
  image: Image,
): Promise<{ files: Files; description: ImageDescription; layers: number; problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const hasher = createRangeHasher();
  try {
    const read = await image.read<Layer>(async (content, expected) => {
      const { layer, visitor } = collector(problems);
      if (content.kind === 'range' || content.kind === 'stream') {
        const digests = await readLayerArchive(content, expected, visitor, { hasher, verify: true });
        return { result: layer, ...expected, ...digests };
      }
      await walkDirectory(content, visitor);
      return { result: layer, ...expected };
    });
    const files = new Map<string, string>();
    for (const { result } of read.layers) stack(files, result);
    return { files, description: read.description, layers: read.layers.length, problems };
  } finally {
    await hasher.close();
    await image.close();
  }
}

function stack(files: Map<string, string>, { entries, hashes, whiteouts, opaques }: Layer): void {
  const covered = [...entries.values()].filter(({ type }) => type !== 'directory').map(({ path }) => path);
  for (const path of [...files.keys()]) {
    const under = (directory: string) => directory === '' || path.startsWith(`${directory}/`);
    if (opaques.some(under) || [...whiteouts, ...covered].some((hidden) => path === hidden || under(hidden))) {
      files.delete(path);
    }
  }
  for (const entry of entries.values()) {
    const target = entry.type === 'hardlink' ? entries.get(entry.linkTarget ?? '') : entry;
    const hash = hashes.get(target?.path ?? '') ?? '';
    const { type, mode, sizeBytes } = target ?? entry;
    files.set(entry.path, lineOf(type, mode, sizeBytes, type === 'symlink' ? (entry.linkTarget ?? '') : hash));
  }
}

/** The same of a directory, read by nothing but Node. */
export function listFiles(root: string): Files {
  const files = new Map<string, string>();
  const walk = (directory: Buffer, above: string) => {
    for (const name of readdirSync(directory, { encoding: 'buffer' })) {
      const at = Buffer.concat([directory, Buffer.from('/'), name]);
      const path = above === '' ? name.toString() : `${above}/${name}`;
      const status = lstatSync(at);
      const mode = status.mode & 0o7777;
      if (status.isDirectory()) {
        files.set(path, lineOf('directory', mode, 0, ''));
        walk(at, path);
      } else if (status.isSymbolicLink()) files.set(path, lineOf('symlink', mode, 0, readlinkSync(at)));
      else if (status.isFile()) files.set(path, lineOf('file', mode, status.size, sha256(readFileSync(at))));
      else files.set(path, lineOf('other', mode, 0, ''));
    }
  };
  walk(Buffer.from(root), '');
  return files;
}
