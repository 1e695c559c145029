import { HoldfastError } from '#core/errors.ts';
import type { CheckVersion, PodSecurityLevel, Violation } from '#workload/pod-security/check.ts';
import { POD_SECURITY_CHECKS } from '#workload/pod-security/list.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

/** The newest minor version of Kubernetes 1 whose checks are known. */
export const NEWEST_MINOR = 37;

/** A level of the Pod Security Standards as a version of Kubernetes has it. */
export interface PodSecurityStandard {
  readonly level: PodSecurityLevel;
  /** Of Kubernetes 1. */
  readonly minor: number;
}

const SHAPE = /^pss:(baseline|restricted)(?::(?:v1\.(0|[1-9]\d{0,3})|(latest)))?$/;

/**
 * `pss:baseline:v1.36`, `pss:restricted:latest`, `pss:restricted`.
 * @throws `LINT_STANDARD` (usage) for anything else, and for versions of Kubernetes that are not known yet
 */
export function parseStandard(text: string): PodSecurityStandard {
  const [, level, minor] = SHAPE.exec(text) ?? [];
  const kind = 'usage';
  if (level === undefined) {
    throw new HoldfastError('LINT_STANDARD', `${JSON.stringify(text.slice(0, 80))} is no standard`, {
      kind,
      hint: 'Write pss:baseline:v1.36, pss:restricted:latest or the like.',
    });
  }
  const chosen = minor === undefined ? NEWEST_MINOR : Number(minor);
  if (chosen > NEWEST_MINOR) {
    throw new HoldfastError('LINT_STANDARD', `The checks of Kubernetes 1.${chosen} are not known`, {
      kind,
      hint: `The newest known are those of 1.${NEWEST_MINOR}: write ${text.replace(/:v.*$/, '')}:latest.`,
    });
  }
  return { level: level === 'restricted' ? 'restricted' : 'baseline', minor: chosen };
}

/** A check that a pod does not pass. */
export interface FailedCheck {
  readonly id: string;
  readonly violations: readonly Violation[];
}

/** The checks of a standard that a pod does not pass, in the order of their list. */
export function judgePod(standard: PodSecurityStandard, pod: PodFacts): readonly FailedCheck[] {
  return checksOf(standard).flatMap(({ id, judge }) => {
    const violations = judge(pod);
    return violations.length === 0 ? [] : [{ id, violations }];
  });
}

/** What a standard asks: its own checks, and of the baseline those that none of its own takes the place of. */
export function checksOf({ level, minor }: PodSecurityStandard): readonly (CheckVersion & { readonly id: string })[] {
  const asked = POD_SECURITY_CHECKS.filter((check) => level === 'restricted' || check.level === 'baseline').flatMap(
    ({ id, versions }) => {
      const version = versions.findLast(({ since }) => since <= minor);
      return version === undefined ? [] : [{ id, ...version }];
    },
  );
  const replaced = new Set(asked.flatMap(({ instead }) => instead ?? []));
  return asked.filter(({ id }) => !replaced.has(id));
}
