import type { PodSecurityCheck } from '#workload/pod-security/check.ts';

export const privileged: PodSecurityCheck = {
  id: 'privileged',
  level: 'baseline',
  title: 'no container is privileged',
  versions: [
    {
      since: 0,
      judge: ({ containers }) =>
        containers.flatMap(({ name, privileged }) =>
          privileged?.value ? [{ sentence: `Container ${name} sets privileged: true.`, at: privileged.at }] : [],
        ),
    },
  ],
};
