import {
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { fileContent, joinPath, walkTree } from '#volume/engines/restic/reader/browse.ts';
import { throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';
import { type MetadataWriter, metadataWriter } from '#volume/engines/restic/reader/write-metadata.ts';
import { createOddities, type Oddity } from '#volume/engines/restic/reader/write-odd.ts';

/** A file, or a directory with all that was in it, that could not be had. */
export interface LostPath {
  readonly path: Buffer;
  readonly problem: Problem;
}

export interface WrittenTree {
  readonly files: number;
  readonly bytes: number;
  readonly lost: readonly LostPath[];
  /** Owners, attributes and the like that could not be set. */
  readonly problems: readonly Problem[];
}

/**
 * Writes what can be read of a node of a snapshot to `target`, which must not be there, in a directory that is nobody else's; each piece is checked before it is
 * written, and what is not whole is not left behind. Holes in files come back as holes, hard links as such. Needs no
 * restic; `setfattr`, `mkfifo` and `mknod` are used where something needs them.
 * @throws `RESTORE_TOO_MANY`, what `throwOutOfReach` knows, and what the system says when `target` cannot be written
 */
export async function writeTree(repository: ResticRepository, node: TreeNode, target: Buffer): Promise<WrittenTree> {
  const lost: LostPath[] = [];
  const metadata = metadataWriter();
  const oddities: Oddity[] = [];
  const links = new Map<string, Buffer>();
  const count = { files: 0, bytes: 0 };
  const gone = new Set<string>();
  const one = async (path: Buffer, found: TreeNode) => {
    const place = path.length === 0 ? target : joinPath(target, path);
    try {
      await writeNode(repository, found, place, links, metadata, oddities, count);
    } catch (error) {
      throwOutOfReach(error);
      lost.push({ path, problem: problemOf(error, displayPath(path)) });
      // Nothing goes below what could not be made: something else may be there by that name.
      if (found.type === 'dir') gone.add(path.toString('latin1'));
    }
  };
  await one(Buffer.alloc(0), node);
  if (node.subtree !== undefined && gone.size === 0) {
    let entries = 0;
    for await (const found of walkTree(repository, node.subtree)) {
      entries += 1;
      if (entries > MOST_ENTRIES) throw tooMany();
      if (gone.size > 0 && isBelow(found.path, gone)) continue;
      if ('problem' in found) lost.push(found);
      else await one(found.path, found.node);
    }
  }
  const scratch = target.subarray(0, target.lastIndexOf(0x2f)).toString();
  const made = await createOddities(oddities, scratch, metadata);
  const problems = [...made, ...(await metadata.finish())];
  return { ...count, lost, problems };
}

/** Trees that hold each other many times over have no end of their own. */
const MOST_ENTRIES = 50_000_000;

function tooMany(): HoldfastError {
  return new HoldfastError('RESTORE_TOO_MANY', `The snapshot has more than ${MOST_ENTRIES} entries`);
}

async function writeNode(
  repository: ResticRepository,
  node: TreeNode,
  place: Buffer,
  links: Map<string, Buffer>,
  metadata: MetadataWriter,
  oddities: Oddity[],
  count: { files: number; bytes: number },
): Promise<void> {
  const file = node.links > 1 && node.type !== 'dir' ? `${node.deviceId ?? ''} ${node.inode ?? ''}` : undefined;
  const other = file === undefined || node.inode === undefined ? undefined : links.get(file);
  if (other !== undefined) {
    linkSync(other, place);
    return;
  }
  switch (node.type) {
    case 'dir':
      mkdirSync(place, { mode: 0o700 });
      break;
    case 'symlink':
      symlinkSync(node.linkTarget ?? Buffer.alloc(0), place);
      break;
    case 'file':
      count.bytes += await writeFile(repository, node, place);
      count.files += 1;
      break;
    default:
      oddities.push({ node, place });
      return;
  }
  if (file !== undefined) links.set(file, place);
  metadata.add(place, node);
}

/** Nothing remains of a file that is not whole. @returns its size */
async function writeFile(repository: ResticRepository, node: TreeNode, place: Buffer): Promise<number> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const fd = openSync(place, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  let at = 0;
  let whole = false;
  try {
    for await (const piece of fileContent(repository, node)) {
      if (!isZero(piece)) {
        for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done, piece.length - done, at + done);
      }
      at += piece.length;
    }
    ftruncateSync(fd, at);
    whole = true;
    return at;
  } finally {
    closeSync(fd);
    if (!whole) rmSync(place, { force: true });
  }
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(piece: Buffer): boolean {
  for (let at = 0; at < piece.length; at += ZEROS.length) {
    const end = Math.min(piece.length, at + ZEROS.length);
    if (piece.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}

function isBelow(path: Buffer, gone: ReadonlySet<string>): boolean {
  const text = path.toString('latin1');
  for (let end = text.indexOf('/'); end >= 0; end = text.indexOf('/', end + 1)) {
    if (gone.has(text.slice(0, end))) return true;
  }
  return gone.has(text) || gone.has('');
}
