import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { quoted } from '#workload/pod-security/everywhere.ts';

export const hostPathVolumes: PodSecurityCheck = {
  id: 'hostPathVolumes',
  level: 'baseline',
  title: 'no directory of the host is mounted',
  versions: [
    {
      since: 0,
      judge: ({ volumes }) =>
        volumes
          .filter(({ sources }) => sources.includes('hostPath'))
          .map(({ name, at }) => ({ sentence: `Volume ${quoted(name)} is a hostPath.`, at })),
    },
  ],
};

const ALLOWED: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

export const restrictedVolumes: PodSecurityCheck = {
  id: 'restrictedVolumes',
  level: 'restricted',
  title: 'volumes are of the kinds that Kubernetes keeps apart from its hosts',
  versions: [
    {
      since: 0,
      instead: ['hostPathVolumes'],
      judge: ({ volumes }) =>
        volumes
          // Without any source it is an emptyDir: the API server fills that in.
          .filter(({ sources }) => sources.length > 0 && !sources.some((source) => ALLOWED.has(source)))
          .map(({ name, sources, at }) => ({ sentence: `Volume ${quoted(name)} is a ${sources[0]}.`, at })),
    },
  ],
};
