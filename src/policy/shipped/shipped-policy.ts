/** A policy that comes with Holdfast: as a person reads it, and as it is read. A test compares the two. */
export interface ShippedPolicy {
  readonly text: string;
  readonly value: unknown;
}
