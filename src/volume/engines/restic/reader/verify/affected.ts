import { joinPath } from '#volume/engines/restic/reader/browse.ts';
import type { Damage } from '#volume/engines/restic/reader/damage.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';

/** What a damage takes from one snapshot. */
export interface AffectedSnapshot {
  readonly snapshot: string;
  /** At most twenty, from the snapshot's root; `/` is all of it, a directory stands for all that is in it. */
  readonly paths: readonly string[];
  readonly omittedPaths: number;
}

/** Which places below a directory which damage touches. */
export type Touched = Map<Damage, { readonly paths: Buffer[]; omitted: number }>;

const MOST_PATHS = 20;

export function touch(touched: Touched, damage: Damage, path: Buffer): void {
  const places = touched.get(damage) ?? { paths: [], omitted: 0 };
  touched.set(damage, places);
  if (places.paths.length >= MOST_PATHS) places.omitted += 1;
  else if (!places.paths.at(-1)?.equals(path)) places.paths.push(path);
}

/** What is touched below a directory, seen from the one above. */
export function touchBelow(touched: Touched, name: Buffer, below: Touched): void {
  for (const [damage, { paths, omitted }] of below) {
    for (const path of paths) touch(touched, damage, path.length === 0 ? name : joinPath(name, path));
    const places = touched.get(damage);
    if (places !== undefined) places.omitted += omitted;
  }
}

export function affectedSnapshot(
  snapshot: string,
  { paths, omitted }: { paths: Buffer[]; omitted: number },
): AffectedSnapshot {
  return { snapshot, paths: paths.map((path) => `/${displayPath(path)}`), omittedPaths: omitted };
}
