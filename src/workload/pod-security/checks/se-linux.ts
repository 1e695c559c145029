import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import { everywhere, quoted } from '#workload/pod-security/everywhere.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

const TYPES: readonly string[] = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

export const seLinuxOptions: PodSecurityCheck = {
  id: 'seLinuxOptions',
  level: 'baseline',
  title: 'SELinux types are those for containers, user and role are left alone',
  versions: [
    { since: 0, judge: (pod) => judge(TYPES, pod) },
    { since: 31, judge: (pod) => judge([...TYPES, 'container_engine_t'], pod) },
  ],
};

function judge(types: readonly string[], pod: PodFacts): readonly Violation[] {
  return everywhere(pod).flatMap(({ who, security: { seLinux } }) => {
    if (seLinux === undefined) return [];
    const { type, user, role, at } = seLinux;
    return [
      ...(types.includes(type) ? [] : [{ sentence: `${who} sets the SELinux type ${quoted(type)}.`, at }]),
      ...(user === '' ? [] : [{ sentence: `${who} sets the SELinux user ${quoted(user)}.`, at }]),
      ...(role === '' ? [] : [{ sentence: `${who} sets the SELinux role ${quoted(role)}.`, at }]),
    ];
  });
}
