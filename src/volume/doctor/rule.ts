import type { Severity } from '#core/severity.ts';
import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import type { Kept } from '#volume/doctor/kept.ts';

/** Severities that findings of `volume doctor` have, worst first. */
export type DoctorSeverity = Extract<Severity, 'critical' | 'high' | 'medium' | 'low'>;

/** Something that would lose data, or that endangers it. */
export interface DoctorFinding {
  readonly rule: string;
  readonly severity: DoctorSeverity;
  /** Absent where no container is concerned. */
  readonly container?: DiscoveredContainer;
  /** Inside the container; the volume's or bind's place on the host where there is no container. */
  readonly path: string;
  /** Sentences with names and sizes, never contents. */
  readonly evidence: readonly string[];
  /** Commands that can be pasted, with comments behind `#`. */
  readonly fix: readonly string[];
}

/** One rule: a function of what was discovered and what a home knows of snapshots, where there is one; of nothing else. */
export interface DoctorRule {
  readonly id: string;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** `loss`: data would be lost; of several on one place the first in the list is told. `hazard`: each is told. */
  readonly kind: 'loss' | 'hazard';
  readonly check: (discovery: Discovery, kept: Kept | undefined) => readonly Omit<DoctorFinding, 'rule'>[];
}
