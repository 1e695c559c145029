import { type HeldAdvisory, heldAdvisory, supersedes } from '#advisory/store/held.ts';
import type { SortedEntry } from '#base/sorted-runs/run.ts';
import { HoldfastError } from '#core/errors.ts';

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

/** Of the kernel, the package with the most, there are some ten thousand of a few KB each. */
const GROUP_LIMIT_BYTES = 128 * 1024 * 1024;
const OVERHEAD_BYTES = 700;

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
  const read = group.map((held) => {
    const { i, a, u, w } = JSON.parse(held.json.toString()) as Ids;
    return { held, ids: { i, a, u, w } };
  });
  const known = new Set<string>();
  for (const { held, ids } of read) {
    if (!held.bundles && ids.w === undefined) for (const id of [ids.i, ...(ids.a ?? [])]) known.add(id);
  }
  return read
    .filter(({ held, ids }) => !held.bundles || !(ids.u ?? []).every((cve) => known.has(cve)))
    .map(({ held }) => held);
}

/**
 * Sorted entries as groups, without those that `isOutdated` names, doubles, and bulletins that say nothing more.
 * @throws `ADVISORY_INPUT_LIMIT` for a package with more than 128 MiB of them
 */
export function* packageGroups(
  entries: Iterable<SortedEntry>,
  isOutdated: (held: HeldAdvisory) => boolean,
): Generator<PackageGroup> {
  let key: string | undefined;
  let group: HeldAdvisory[] = [];
  let groupBytes = 0;
  for (const entry of entries) {
    const held = heldAdvisory(entry);
    const own = held.key.slice(0, held.groupLength);
    if (key !== undefined && own !== key) {
      if (group.length > 0) yield { key: bytesOf(key), advisories: withoutCoveredBulletins(withoutDoubles(group)) };
      group = [];
      groupBytes = 0;
    }
    key = own;
    if (isOutdated(held)) continue;
    group.push(held);
    groupBytes += held.json.length + held.key.length + OVERHEAD_BYTES;
    if (groupBytes > GROUP_LIMIT_BYTES) throw tooLarge(own);
  }
  if (key !== undefined && group.length > 0) {
    yield { key: bytesOf(key), advisories: withoutCoveredBulletins(withoutDoubles(group)) };
  }
}

function tooLarge(key: string): HoldfastError {
  const [ecosystem, name] = bytesOf(key).toString().split('\0');
  const called = `${name?.slice(0, 100)} of ${ecosystem?.slice(0, 100)}`;
  return new HoldfastError('ADVISORY_INPUT_LIMIT', `There are too many advisories on ${called}`, {
    hint: `No package has ${GROUP_LIMIT_BYTES} bytes of them. Build without the input that holds them.`,
  });
}

function bytesOf(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
