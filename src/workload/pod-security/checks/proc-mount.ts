import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import { quoted } from '#workload/pod-security/everywhere.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

export const procMount: PodSecurityCheck = {
  id: 'procMount',
  level: 'baseline',
  title: '/proc keeps its masks',
  versions: [
    { since: 0, judge: unmasked },
    // In a user namespace of its own, what is behind the masks does no harm to the host.
    { since: 35, judge: (pod) => (pod.hostUsers?.value === false ? [] : unmasked(pod)) },
  ],
};

export const procMountRestricted: PodSecurityCheck = {
  id: 'procMount_restricted',
  level: 'restricted',
  title: '/proc keeps its masks, user namespace or not',
  versions: [{ since: 35, instead: ['procMount'], judge: unmasked }],
};

function unmasked({ containers }: PodFacts): readonly Violation[] {
  return containers.flatMap(({ name, procMount }) =>
    procMount === undefined || procMount.value === 'Default'
      ? []
      : [{ sentence: `Container ${name} sets procMount: ${quoted(procMount.value)}.`, at: procMount.at }],
  );
}
