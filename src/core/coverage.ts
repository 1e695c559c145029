/**
 * Why there is, or is not, an answer: the one explanation of an absence, from the inventory to the verdict.
 * `covered` data was there and was compared · `not-affected` a vendor says so · `no-data` nobody publishes or nothing
 * was loaded · `stale` data is older than its limit · `not-comparable` a version could not be ordered ·
 * `not-collected` this run did not look · `failed` it looked and could not read.
 */
export type CoverageState =
  | 'covered'
  | 'not-affected'
  | 'no-data'
  | 'stale'
  | 'not-comparable'
  | 'not-collected'
  | 'failed';

export interface Coverage {
  /** What the state is about: an advisory ecosystem with its release (`Debian:12`, `npm`). */
  readonly subject: string;
  readonly state: CoverageState;
  /** How many packages this line speaks for. */
  readonly packages: number;
  /** One sentence: why, and what would change it. */
  readonly reason: string;
}
