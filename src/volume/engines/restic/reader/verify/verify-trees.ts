import { HoldfastError, problemOf } from '#core/errors.ts';
import { openBlob } from '#volume/engines/restic/reader/blob.ts';
import type { BlobType } from '#volume/engines/restic/reader/blob-table.ts';
import { MAX_TREE_DEPTH } from '#volume/engines/restic/reader/browse.ts';
import type { Damage } from '#volume/engines/restic/reader/damage.ts';
import { throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { parseTree, type Tree } from '#volume/engines/restic/reader/tree.ts';
import { type Touched, touch, touchBelow } from '#volume/engines/restic/reader/verify/affected.ts';
import type { VerifiedPacks } from '#volume/engines/restic/reader/verify/verify-packs.ts';

/** Follows trees, each only once, however many directories and snapshots share it. */
export interface TreeVerifier {
  /** What is damaged in and below a tree. @throws what `signal` was aborted with */
  verify(tree: string): Promise<Touched>;
  /** Trees read. */
  trees(): number;
}

const WHOLE: Touched = new Map();
const HERE = Buffer.alloc(0);

export function treeVerifier(
  repository: ResticRepository,
  packs: VerifiedPacks,
  signal: AbortSignal | undefined,
): TreeVerifier {
  const { blobs, damage } = repository;
  // Rows of trees that are whole to the last blob below them.
  const whole = new Set<number>();
  const damaged = new Map<string, Touched>();
  let count = 0;

  /** A row with the blob as its name says, or what keeps it from being had. */
  const good = (type: BlobType, name: string): number | readonly Damage[] => {
    const rows = blobs.find(type, Buffer.from(name, 'hex'));
    const row = rows.find(packs.isGood);
    if (row !== undefined) return row;
    if (rows.length > 0) return rows.map(packs.damageOf);
    return [damage.of('blob-missing', name, () => problemOf(missing(type, name)))];
  };

  const read = async (row: number, name: string): Promise<Tree | Damage> => {
    try {
      const place = blobs.place(row);
      const sealed = await repository.files.read('pack', place.pack, place.offsetBytes, place.sizeBytes);
      return parseTree(openBlob(repository.key, repository.zstd, place, sealed));
    } catch (error) {
      throwOutOfReach(error);
      return damage.of('tree-damaged', name, () => problemOf(error));
    }
  };

  const visit = async (name: string, depth: number): Promise<Touched> => {
    signal?.throwIfAborted();
    const row = good('tree', name);
    if (typeof row !== 'number') return new Map(row.map((one) => [one, { paths: [HERE], omitted: 0 }]));
    if (whole.has(row)) return WHOLE;
    const known = damaged.get(name);
    if (known !== undefined) return known;
    const touched: Touched = new Map();
    if (depth > MAX_TREE_DEPTH) {
      touch(
        touched,
        damage.of('tree-damaged', name, () => problemOf(tooDeep())),
        HERE,
      );
      return touched;
    }
    count += 1;
    const tree = await read(row, name);
    if ('kind' in tree) touch(touched, tree, HERE);
    else {
      for (const problem of tree.refused)
        touch(
          touched,
          damage.of('tree-damaged', name, () => problem),
          HERE,
        );
      for (const node of tree.nodes) {
        for (const id of node.content) {
          const found = good('data', id);
          if (typeof found !== 'number') for (const one of found) touch(touched, one, node.name);
        }
        if (node.subtree !== undefined) touchBelow(touched, node.name, await visit(node.subtree, depth + 1));
      }
    }
    if (touched.size === 0) whole.add(row);
    else damaged.set(name, touched);
    return touched;
  };
  return { verify: (tree) => visit(tree, 1), trees: () => count };
}

function missing(type: BlobType, name: string): HoldfastError {
  return new HoldfastError('RESTIC_BLOB_MISSING', `The ${type} blob ${name} is in no pack of the repository`);
}

function tooDeep(): HoldfastError {
  const message = `There are more than ${MAX_TREE_DEPTH} directories in each other`;
  return new HoldfastError('RESTIC_TREE_TOO_DEEP', message);
}
