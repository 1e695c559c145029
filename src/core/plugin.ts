/** What every plugin says of itself, as data. */
export interface Plugin {
  /** Kebab-case, unique in its kind. */
  readonly id: string;
  /** Raised whenever the answer for the same input could differ: it is part of every cache key. */
  readonly version: number;
  readonly title: string;
}
