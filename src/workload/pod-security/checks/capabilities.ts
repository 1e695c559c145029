import { BASELINE_CAPABILITIES } from '#workload/model/capabilities.ts';
import type { PodSecurityCheck, Violation } from '#workload/pod-security/check.ts';
import { quoted } from '#workload/pod-security/everywhere.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

const RESTRICTED: ReadonlySet<string> = new Set(['NET_BIND_SERVICE']);

export const capabilitiesBaseline: PodSecurityCheck = {
  id: 'capabilities_baseline',
  level: 'baseline',
  title: 'no capability beyond the usual ones is added',
  versions: [{ since: 0, judge: (pod) => addedBeyond(BASELINE_CAPABILITIES, pod) }],
};

export const capabilitiesRestricted: PodSecurityCheck = {
  id: 'capabilities_restricted',
  level: 'restricted',
  title: 'every container drops ALL capabilities and adds none but NET_BIND_SERVICE',
  versions: [
    { since: 22, instead: ['capabilities_baseline'], judge: dropsAll },
    { since: 25, instead: ['capabilities_baseline'], judge: (pod) => (pod.os === 'windows' ? [] : dropsAll(pod)) },
  ],
};

function dropsAll(pod: PodFacts): readonly Violation[] {
  const keeping = pod.containers
    .filter(({ dropped }) => !dropped.some(({ value }) => value === 'ALL'))
    .map(({ name, at }) => ({ sentence: `Container ${name} does not drop ALL capabilities.`, at }));
  return [...keeping, ...addedBeyond(RESTRICTED, pod)];
}

function addedBeyond(allowed: ReadonlySet<string>, { containers }: PodFacts): readonly Violation[] {
  return containers.flatMap(({ name, added }) =>
    added
      .filter(({ value }) => !allowed.has(value))
      .map(({ value, at }) => ({ sentence: `Container ${name} adds capability ${quoted(value)}.`, at })),
  );
}
