import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { everywhere, quoted } from '#workload/pod-security/everywhere.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const appArmorProfile: PodSecurityCheck = {
  id: 'appArmorProfile',
  level: 'baseline',
  title: 'AppArmor profiles are the runtime’s own or of the node',
  versions: [
    {
      since: 0,
      judge: (pod) => [
        ...everywhere(pod).flatMap(({ who, security: { appArmor } }) =>
          appArmor === undefined || appArmor.value === 'RuntimeDefault' || appArmor.value === 'Localhost'
            ? []
            : [{ sentence: `${who} sets the AppArmor profile ${quoted(appArmor.value)}.`, at: appArmor.at }],
        ),
        ...pod.annotations
          .filter(({ name, value }) => name.startsWith(ANNOTATION) && !isAllowed(value))
          .map(({ name, value, at }) => ({ sentence: `Annotation ${name} is ${quoted(value)}.`, at })),
      ],
    },
  ],
};

function isAllowed(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}
