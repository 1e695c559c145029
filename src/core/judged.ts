import type { Problem } from '#core/errors.ts';
import type { Reason } from '#core/reason.ts';

/** What was said of a file, or of one document of a file that holds several. */
export interface Judged {
  /** As it was named, or found below what was named; `-` is standard input. */
  readonly path: string;
  /** What it was taken for: `dockerfile`, `compose`, `kubernetes` …; `unknown` where nothing was recognised. */
  readonly kind: string;
  /** Which of several documents: `Deployment/shop/web`. */
  readonly document?: string;
  /** In the order of their places. */
  readonly reasons: readonly Reason[];
  /** What could not be read: where there is one, the reasons may not be all. */
  readonly problems: readonly Problem[];
}
