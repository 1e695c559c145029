import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { everywhere } from '#workload/pod-security/everywhere.ts';

export const windowsHostProcess: PodSecurityCheck = {
  id: 'windowsHostProcess',
  level: 'baseline',
  title: 'no Windows container is a process of its host',
  versions: [
    {
      since: 0,
      judge: (pod) =>
        everywhere(pod).flatMap(({ who, security: { hostProcess } }) =>
          hostProcess?.value ? [{ sentence: `${who} sets windowsOptions.hostProcess: true.`, at: hostProcess.at }] : [],
        ),
    },
  ],
};
