import { isBulletin } from '#advisory/bulletins.ts';
import type { Stored } from '#advisory/store/codec.ts';
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

/**
 * A bulletin (DSA, USN …) each of whose flaws has an advisory of its own on the same package says nothing more than when the
 * fix was published, which is put down there: without it one flaw is one finding. One flaw that only the bulletin knows, and
 * it stays.
 */
function withoutCoveredBulletins(group: readonly HeldAdvisory[]): readonly HeldAdvisory[] {
  if (!group.some(({ bundles }) => bundles)) return group;
  const read = group.map((held): Read => ({ held, stored: JSON.parse(held.json.toString()) as Stored }));
  const known = new Map<string, Read[]>();
  for (const one of read) {
    const { i, a = [], w } = one.stored;
    if (one.held.bundles || w !== undefined) continue;
    for (const id of [i, ...a]) known.set(id, [...(known.get(id) ?? []), one]);
  }
  const dates = new Map<Read, string>();
  const kept = read.filter((one) => {
    const flaws = one.stored.u ?? [];
    if (!one.held.bundles || !flaws.every((cve) => known.has(cve))) return true;
    for (const flaw of flaws.flatMap((cve) => known.get(cve) ?? [])) noteDate(one.stored, flaw, dates);
    return false;
  });
  return kept.map((one) => withDate(one, dates.get(one)));
}

interface Read {
  readonly held: HeldAdvisory;
  readonly stored: Stored;
}

/** The date counts for an advisory that names the same version as fixed; of several, the first. */
function noteDate(bulletin: Stored, flaw: Read, dates: Map<Read, string>): void {
  const { i: id, p: published, w: withdrawn, d: module } = bulletin;
  if (published === undefined || withdrawn !== undefined || !isBulletin(id) || flaw.stored.d !== module) return;
  const fixes = fixesOf(flaw.stored);
  if (!fixesOf(bulletin).some((fix) => fixes.includes(fix))) return;
  const known = dates.get(flaw) ?? flaw.stored.q;
  if (known === undefined || published < known) dates.set(flaw, published);
}

function fixesOf({ r = [] }: Stored): readonly string[] {
  return r.flatMap((range) => range.slice(1).filter((event) => event.startsWith('f')));
}

function withDate({ held, stored }: Read, date: string | undefined): HeldAdvisory {
  return date === undefined ? held : { ...held, json: Buffer.from(JSON.stringify({ ...stored, q: date })) };
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
