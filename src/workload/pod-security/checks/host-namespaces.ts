import type { PodSecurityCheck } from '#workload/pod-security/check.ts';

export const hostNamespaces: PodSecurityCheck = {
  id: 'hostNamespaces',
  level: 'baseline',
  title: 'the pod does not share namespaces with its host',
  versions: [
    {
      since: 0,
      judge: ({ hostNetwork, hostPid, hostIpc }) =>
        [
          { field: 'hostNetwork', setting: hostNetwork },
          { field: 'hostPID', setting: hostPid },
          { field: 'hostIPC', setting: hostIpc },
        ].flatMap(({ field, setting }) =>
          setting?.value ? [{ sentence: `The pod sets ${field}: true.`, at: setting.at }] : [],
        ),
    },
  ],
};
