import { glob, imagePattern } from '#policy/image-pattern.ts';
import type { PolicyReason } from '#policy/verdict.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** Looks for waivers of one subject, and remembers which were of use. Ids are told apart by letters' case. */
export interface WaiverLookUp {
  /** The one that covers a reason now. */
  covering(reason: PolicyReason): Waiver | undefined;
  /** Sentences about those that are over and would have counted, and those that match nothing. */
  notes(): readonly string[];
}

/**
 * @param names what the subject is called: its reference, and its name by digest
 * @param now milliseconds since 1970
 */
export function waiversFor(waivers: readonly Waiver[], names: readonly string[], now: number): WaiverLookUp {
  const used = new Set<Waiver>();
  const over = new Set<Waiver>();
  const here = waivers.filter((waiver) => isForImage(waiver, names));
  return {
    covering: (reason) => {
      let found: Waiver | undefined;
      for (const waiver of here) {
        if (!covers(waiver, reason)) continue;
        if (Date.parse(waiver.expires) > now) {
          used.add(waiver);
          found ??= waiver;
        } else over.add(waiver);
      }
      return found;
    },
    notes: () => [
      ...[...over].map(
        ({ id, expires, author }) =>
          `The waiver ${id} of ${author} is over since ${expires.slice(0, 10)}; it would have counted here.`,
      ),
      ...unmatched(here.filter((waiver) => !used.has(waiver) && !over.has(waiver))),
      ...undated([...used]),
      ...elsewhere(waivers, here),
    ],
  };
}

function undated(used: readonly Waiver[]): readonly string[] {
  const ids = used.filter((waiver) => waiver.undated === true).map(({ id }) => id);
  return ids.length === 0 ? [] : [`No day on which it is over: ${named(ids)}. Give each one.`];
}

/** A path without its leading slash, as waivers and tools write it. */
function isAt(paths: readonly string[], { positions }: PolicyReason): boolean {
  const tests = paths.map((path) => glob(path.replace(/^\//, '')));
  return positions.some((at) => {
    const path = at.kind === 'workload' ? undefined : at.path?.replace(/^\//, '');
    return path !== undefined && tests.some((test) => test(path));
  });
}

/** Whether a waiver may speak of an image that has these names. */
export function isForImage({ images }: Pick<Waiver, 'images'>, names: readonly string[]): boolean {
  return images.length === 0 || images.some((pattern) => names.some(imagePattern(pattern)));
}

function unmatched(waivers: readonly Waiver[]): readonly string[] {
  if (waivers.length === 0) return [];
  const what = waivers.length === 1 ? 'A waiver matches' : `${waivers.length} waivers match`;
  return [`${what} nothing here: ${named(waivers.map(({ id }) => id))}.`];
}

const MOST_NAMED = 5;

function named(ids: readonly string[]): string {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `${ids.slice(0, MOST_NAMED).join(', ')}${more}`;
}

function elsewhere(all: readonly Waiver[], here: readonly Waiver[]): readonly string[] {
  if (all.length === here.length) return [];
  const ids = all.filter((waiver) => !here.includes(waiver)).map(({ id }) => id);
  return [`${ids.length === 1 ? 'A waiver is' : `${ids.length} waivers are`} for other images: ${named(ids)}.`];
}

function covers({ vulnerability, rule, package: name, paths }: Waiver, reason: PolicyReason): boolean {
  if (vulnerability === undefined && rule === undefined) return false;
  if (vulnerability !== undefined && vulnerability !== reason.vulnerability) {
    if (reason.aliases?.includes(vulnerability) !== true) return false;
  }
  if (rule !== undefined && rule !== reason.rule) return false;
  if (paths !== undefined && !isAt(paths, reason)) return false;
  return name === undefined || name === reason.package || isPurlOf(name, reason.purl);
}

/** A purl without qualifiers stands for all of them, one without a version for all versions. */
function isPurlOf(name: string, purl: string | undefined): boolean {
  if (purl === undefined || !name.startsWith('pkg:')) return false;
  return purl === name || ['?', '#', ...(versionAt(name) < 0 ? ['@'] : [])].some((end) => purl.startsWith(name + end));
}

function versionAt(purl: string): number {
  const path = purl.replace(/[?#].*$/, '');
  const at = path.lastIndexOf('@');
  return at > path.lastIndexOf('/') + 1 ? at : -1;
}
