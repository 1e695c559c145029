import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { quoted } from '#workload/pod-security/everywhere.ts';

export const hostProbesAndHostLifecycle: PodSecurityCheck = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  title: 'probes and lifecycle handlers name no other host',
  versions: [
    {
      since: 34,
      judge: ({ containers }) =>
        containers.flatMap(({ name, probeHosts }) =>
          probeHosts
            .filter(({ value }) => value !== '')
            .map(({ value, at }) => ({
              sentence: `A probe or lifecycle handler of container ${name} asks host ${quoted(value)}.`,
              at,
            })),
        ),
    },
  ],
};
