import * as z from 'zod/mini';
import { imagePattern } from '#policy/image-pattern.ts';
import type { PolicyReason } from '#policy/verdict.ts';

const optionalText = z.optional(z.string());

/** A waiver as evaluations and events keep it. */
export const waiverShape = z.object({
  id: z.string(),
  /** One of both, or both: any of a vulnerability's ids, a rule's id. */
  vulnerability: optionalText,
  rule: optionalText,
  /** Patterns of images; none: all. */
  images: z.array(z.string()),
  /** Name of a package, or its purl, with or without a version; absent: any. */
  package: optionalText,
  author: z.string(),
  reason: z.string(),
  /** ISO 8601, the first moment at which it counts no more. */
  expires: z.string(),
  /** Why the flaw does no harm, in VEX's words. */
  justification: optionalText,
});

/** Somebody accepts a reason, for a while. */
export type Waiver = z.infer<typeof waiverShape>;

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
  const here = waivers.filter(
    ({ images }) => images.length === 0 || images.some((pattern) => names.some(imagePattern(pattern))),
  );
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
      ...here
        .filter((waiver) => !used.has(waiver) && !over.has(waiver))
        .map(({ id }) => `The waiver ${id} matches nothing here.`),
      ...elsewhere(waivers, here),
    ],
  };
}

const MOST_NAMED = 5;

function elsewhere(all: readonly Waiver[], here: readonly Waiver[]): readonly string[] {
  if (all.length === here.length) return [];
  const ids = all.filter((waiver) => !here.includes(waiver)).map(({ id }) => id);
  const named = ids.slice(0, MOST_NAMED).join(', ');
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return [`${ids.length === 1 ? 'A waiver is' : `${ids.length} waivers are`} for other images: ${named}${more}.`];
}

function covers({ vulnerability, rule, package: name }: Waiver, reason: PolicyReason): boolean {
  if (vulnerability === undefined && rule === undefined) return false;
  if (vulnerability !== undefined && vulnerability !== reason.vulnerability) {
    if (reason.aliases?.includes(vulnerability) !== true) return false;
  }
  if (rule !== undefined && rule !== reason.rule) return false;
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
