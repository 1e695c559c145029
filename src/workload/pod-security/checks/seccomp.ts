import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import { everywhere, quoted } from '#workload/pod-security/everywhere.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

export const seccompBaseline: PodSecurityCheck = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  title: 'no seccomp profile is switched off',
  versions: [
    { since: 0, judge: byAnnotation },
    { since: 19, judge: badProfiles },
  ],
};

export const seccompRestricted: PodSecurityCheck = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  title: 'a seccomp profile is set for every container',
  versions: [
    { since: 19, instead: ['seccompProfile_baseline'], judge: mustBeSet },
    { since: 25, instead: ['seccompProfile_baseline'], judge: (pod) => (pod.os === 'windows' ? [] : mustBeSet(pod)) },
  ],
};

function byAnnotation({ annotations, containers }: PodFacts): readonly Violation[] {
  const names = new Set([POD_ANNOTATION, ...containers.map(({ name }) => `${CONTAINER_ANNOTATION}${name}`)]);
  return annotations
    .filter(({ name }) => names.has(name))
    .filter(({ value }) => !['runtime/default', 'docker/default'].includes(value) && !value.startsWith('localhost/'))
    .map(({ name, value, at }) => ({ sentence: `Annotation ${name} is ${quoted(value)}.`, at }));
}

function isGood(profile: string): boolean {
  return profile === 'RuntimeDefault' || profile === 'Localhost';
}

function badProfiles(pod: PodFacts): readonly Violation[] {
  return everywhere(pod).flatMap(({ who, security: { seccomp } }) =>
    seccomp === undefined || isGood(seccomp.value)
      ? []
      : [{ sentence: `${who} sets the seccomp profile ${quoted(seccomp.value)}.`, at: seccomp.at }],
  );
}

function mustBeSet(pod: PodFacts): readonly Violation[] {
  const bad = badProfiles(pod);
  const ofPod = pod.security.seccomp;
  if (ofPod !== undefined && isGood(ofPod.value)) return bad;
  const unset = pod.containers
    .filter(({ security }) => security.seccomp === undefined)
    .map(({ name, at }) => ({ sentence: `Neither the pod nor container ${name} sets a seccomp profile.`, at }));
  return [...bad, ...unset];
}
