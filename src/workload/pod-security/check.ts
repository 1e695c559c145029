import type { Position } from '#core/position.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

export type PodSecurityLevel = 'baseline' | 'restricted';

/** One thing that a level forbids. */
export interface Violation {
  readonly sentence: string;
  readonly at: Position;
}

/** A check, with the id that Kubernetes itself gives it. */
export interface PodSecurityCheck {
  readonly id: string;
  readonly level: PodSecurityLevel;
  /** What must hold, in a few words. */
  readonly title: string;
  /** By the minor version of Kubernetes 1 since which each holds, rising: the last that is not newer counts. */
  readonly versions: readonly CheckVersion[];
}

export interface CheckVersion {
  readonly since: number;
  /** Checks of the baseline level that this one takes the place of in the restricted level. */
  readonly instead?: readonly string[];
  readonly judge: (pod: PodFacts) => readonly Violation[];
}
