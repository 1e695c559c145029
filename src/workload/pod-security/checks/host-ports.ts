import type { PodSecurityCheck } from '#workload/pod-security/check.ts';

export const hostPorts: PodSecurityCheck = {
  id: 'hostPorts',
  level: 'baseline',
  title: 'no container takes a port of its host',
  versions: [
    {
      since: 0,
      judge: ({ containers }) =>
        containers.flatMap(({ name, hostPorts }) =>
          hostPorts
            .filter(({ value }) => value !== 0)
            .map(({ value, at }) => ({ sentence: `Container ${name} takes port ${value} of its host.`, at })),
        ),
    },
  ],
};
