import { imagePattern } from '#policy/image-pattern.ts';
import type { PolicyReason } from '#policy/verdict.ts';

/** Somebody accepts a reason, for a while. */
export interface Waiver {
  readonly id: string;
  /** One of both, or both: a vulnerability's id, a rule's. */
  readonly vulnerability?: string | undefined;
  readonly rule?: string | undefined;
  /** Patterns of images; none: all. */
  readonly images: readonly string[];
  /** Name of a package; absent: any. */
  readonly package?: string | undefined;
  readonly author: string;
  readonly reason: string;
  /** ISO 8601, the first moment at which it counts no more. */
  readonly expires: string;
  /** Why the flaw does no harm, in VEX's words. */
  readonly justification?: string | undefined;
}

/** Looks for waivers of one subject, and remembers which were of use. */
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
    ],
  };
}

function covers({ vulnerability, rule, package: name }: Waiver, reason: PolicyReason): boolean {
  if (vulnerability !== undefined && vulnerability !== reason.vulnerability) return false;
  if (rule !== undefined && rule !== reason.rule) return false;
  return name === undefined || name === reason.package;
}
