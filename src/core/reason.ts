import type { Position } from '#core/position.ts';
import type { Severity } from '#core/severity.ts';

/** Why something is said: shared by scan, lint, doctor and verdict, so that each is explained and rendered once. */
export interface Reason {
  /** Stable, of words: `build/unpinned-base`, `run/privileged`, `host/tcp-without-tls`. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong here, with the offending value; one sentence with its full stop. */
  readonly sentence: string;
  /** What to do, as short as it can be. */
  readonly fix?: string;
  /** The best first; empty where there is no place. */
  readonly positions: readonly Position[];
  /** What was seen, for whoever wants to check: never a secret's value. */
  readonly evidence?: string;
}
