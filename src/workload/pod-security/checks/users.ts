import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import { everywhere } from '#workload/pod-security/everywhere.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

export const runAsNonRoot: PodSecurityCheck = {
  id: 'runAsNonRoot',
  level: 'restricted',
  title: 'no container may run as root',
  versions: [
    { since: 0, judge: mustNotBeRoot },
    { since: 35, judge: unlessOwnUsers(mustNotBeRoot) },
  ],
};

export const runAsUser: PodSecurityCheck = {
  id: 'runAsUser',
  level: 'restricted',
  title: 'no container sets user 0',
  versions: [
    { since: 23, judge: setsRoot },
    { since: 35, judge: unlessOwnUsers(setsRoot) },
  ],
};

/** Root of a user namespace of the pod's own is nobody on the host. */
function unlessOwnUsers(judge: (pod: PodFacts) => readonly Violation[]): (pod: PodFacts) => readonly Violation[] {
  return (pod) => (pod.hostUsers?.value === false ? [] : judge(pod));
}

function mustNotBeRoot(pod: PodFacts): readonly Violation[] {
  const setters = everywhere(pod).flatMap(({ who, security: { runAsNonRoot } }) =>
    runAsNonRoot?.value === false ? [{ sentence: `${who} sets runAsNonRoot: false.`, at: runAsNonRoot.at }] : [],
  );
  if (pod.security.runAsNonRoot?.value === true) return setters;
  const unset = pod.containers
    .filter(({ security }) => security.runAsNonRoot === undefined)
    .map(({ name, at }) => ({ sentence: `Neither the pod nor container ${name} sets runAsNonRoot: true.`, at }));
  return [...setters, ...unset];
}

function setsRoot(pod: PodFacts): readonly Violation[] {
  return everywhere(pod).flatMap(({ who, security: { runAsUser } }) =>
    runAsUser?.value === 0 ? [{ sentence: `${who} sets runAsUser: 0.`, at: runAsUser.at }] : [],
  );
}
