/**
 * How a service is asked what it holds, by its own tools in its own container. Facts as data; scripts are run as those of
 * dumps are: by `sh`, with `set -eu`.
 */
export interface ServiceProbe {
  readonly id: string;
  readonly title: string;
  /** Of services, as discovery recognises them. */
  readonly services: readonly string[];
  /** Ends with 0 once it answers, and has read what it found. */
  readonly ready: string;
  /**
   * Prints what it holds as lines of names and numbers, the same for the same data. Bounded: of a large table it counts
   * the first rows only.
   */
  readonly value: string;
}
