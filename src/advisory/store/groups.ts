import { type HeldAdvisory, heldAdvisory, supersedes } from '#advisory/store/held.ts';
import type { SortedEntry } from '#base/sorted-runs/run.ts';

/** All advisories on one package of one ecosystem. */
export interface PackageGroup {
  /** `ecosystem NUL package`. */
  readonly key: Buffer;
  readonly advisories: readonly HeldAdvisory[];
}

/** Of those with the same whole key, which are neighbours, the one that counts. */
function withoutDoubles(sorted: readonly HeldAdvisory[]): readonly HeldAdvisory[] {
  const kept: HeldAdvisory[] = [];
  for (const held of sorted) {
    const last = kept.at(-1);
    if (last === undefined || last.key !== held.key) kept.push(held);
    else if (!supersedes(last, held)) kept[kept.length - 1] = held;
  }
  return kept;
}

interface Ids {
  readonly i: string;
  readonly a?: readonly string[];
  readonly u?: readonly string[];
  readonly w?: string;
}

/**
 * A bulletin (DSA, USN …) each of whose flaws has an advisory of its own on the same package says nothing more: without
 * it one flaw is one finding. One flaw that only the bulletin knows, and it stays.
 */
function withoutCoveredBulletins(group: readonly HeldAdvisory[]): readonly HeldAdvisory[] {
  if (!group.some(({ bundles }) => bundles)) return group;
  const read = group.map((held) => ({ held, ids: JSON.parse(held.json.toString()) as Ids }));
  const known = new Set<string>();
  for (const { held, ids } of read) {
    if (!held.bundles && ids.w === undefined) for (const id of [ids.i, ...(ids.a ?? [])]) known.add(id);
  }
  return read
    .filter(({ held, ids }) => !held.bundles || !(ids.u ?? []).every((cve) => known.has(cve)))
    .map(({ held }) => held);
}

/** Sorted entries as groups, without those that `isOutdated` names, doubles, and bulletins that say nothing more. */
export function* packageGroups(
  entries: Iterable<SortedEntry>,
  isOutdated: (held: HeldAdvisory) => boolean,
): Generator<PackageGroup> {
  let key: string | undefined;
  let group: HeldAdvisory[] = [];
  for (const entry of entries) {
    const held = heldAdvisory(entry);
    const own = held.key.slice(0, held.groupLength);
    if (key !== undefined && own !== key) {
      if (group.length > 0) yield { key: bytesOf(key), advisories: withoutCoveredBulletins(withoutDoubles(group)) };
      group = [];
    }
    key = own;
    if (!isOutdated(held)) group.push(held);
  }
  if (key !== undefined && group.length > 0) {
    yield { key: bytesOf(key), advisories: withoutCoveredBulletins(withoutDoubles(group)) };
  }
}

function bytesOf(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
