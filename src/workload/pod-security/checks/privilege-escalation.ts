import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

export const allowPrivilegeEscalation: PodSecurityCheck = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  title: 'no process can gain more rights than its parent',
  versions: [
    { since: 8, judge: mustBeFalse },
    { since: 25, judge: (pod) => (pod.os === 'windows' ? [] : mustBeFalse(pod)) },
  ],
};

function mustBeFalse({ containers }: PodFacts): readonly Violation[] {
  return containers
    .filter(({ allowPrivilegeEscalation }) => allowPrivilegeEscalation?.value !== false)
    .map(({ name, at, allowPrivilegeEscalation }) => ({
      sentence: `Container ${name} does not set allowPrivilegeEscalation: false.`,
      at: allowPrivilegeEscalation?.at ?? at,
    }));
}
