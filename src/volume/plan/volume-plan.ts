import type { Problem } from '#core/errors.ts';

/** One way to get a consistent copy. The next is taken when it fails, or its cap is exceeded. */
export type PlannedMethod =
  /** By the service's own tools, while it runs; `hook` is the id of a {@link DumpHook}. `asked`: a label names this way. */
  | { readonly kind: 'dump'; readonly hook: string; readonly asked?: true }
  /** By the operator's command, run by `sh -c` in the container: its output is kept as a file. */
  | { readonly kind: 'dump-command'; readonly command: string; readonly user?: string }
  /** A pass while it runs, another while it is paused. */
  | { readonly kind: 'pause'; readonly capMs: number }
  /** Paused while its files are copied beside it by sharing their blocks; the copy is stored afterwards. */
  | { readonly kind: 'reflink'; readonly capMs: number }
  | { readonly kind: 'stop'; readonly capMs: number }
  /** Nothing runs that could write. */
  | { readonly kind: 'still' }
  /** As it is: files that change meanwhile are broken. Only when a label asks for it. */
  | { readonly kind: 'live' };

/** A command to run in the container. */
export interface PlannedCommand {
  readonly argv: readonly string[];
  readonly user?: string;
  /** The label that it comes from. */
  readonly label: string;
}

/** How a container's data is to be kept. */
export interface VolumePlan {
  /** Not empty; in the order to try. */
  readonly methods: readonly PlannedMethod[];
  readonly before: readonly PlannedCommand[];
  /** A command before that fails is told, and the snapshot is taken all the same. */
  readonly beforeMayFail: boolean;
  /** Run when it is over, however it went. */
  readonly after: readonly PlannedCommand[];
  /** A dump that writes nothing for so long is given up: it waits for something. */
  readonly dumpSilenceMs: number;
  /** Patterns of what is left out. */
  readonly exclude: readonly string[];
  /** Labels that cannot be followed: what they ask for would be missing, so nothing should be done before they are put right. */
  readonly problems: readonly Problem[];
  /** Labels that mean nothing here. */
  readonly notes: readonly Problem[];
}
