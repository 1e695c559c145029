import type { Severity } from '#core/severity.ts';
import type { HostSharing } from '#workload/model/container.ts';
import { cis, inContainers, nist, pci, pss, type RunRule, soc, who } from '#workload/rule.ts';
import { nameOf } from '#workload/rules/names.ts';

interface Sharing {
  readonly part: keyof HostSharing;
  readonly name: Parameters<typeof nameOf>[0];
  readonly id: string;
  readonly severity: Severity;
  readonly cisId: string;
  readonly title: string;
  readonly what: string;
  readonly why: string;
  readonly line: string;
}

function sharing({ part, name, id, severity, cisId, title, what, why, line }: Sharing): RunRule {
  const inPss = part === 'network' || part === 'pid' || part === 'ipc';
  return {
    id,
    title,
    severity,
    why,
    elsewhere: [
      cis(cisId),
      nist(part === 'network' ? '4.4.2' : '4.4.3'),
      ...(inPss ? [pss('baseline:hostNamespaces')] : []),
      pci(part === 'network' ? '1.3' : '2.2.6'),
      soc(part === 'network' ? 'CC6.6' : 'CC6.1'),
    ],
    bad: `services:\n  web:\n    image: example/web:1.2\n    ${line}: host\n`,
    good: 'services:\n  web:\n    image: example/web:1.2\n',
    workload: (workload) =>
      inContainers(workload, (container) => {
        const setting = container.host[part];
        if (setting?.state !== 'known' || !setting.value) return undefined;
        return {
          at: [setting.at],
          sentence: `${who(container)} ${what}.`,
          fix: `Remove ${nameOf(name, workload)}.`,
        };
      }),
  };
}

export const hostNetwork = sharing({
  part: 'network',
  name: 'network',
  id: 'run/host-network',
  severity: 'high',
  cisId: '5.10',
  title: 'containers have a network of their own',
  what: 'uses the network of its host',
  why: 'It reaches whatever listens on the host’s own addresses, and can listen to its traffic; network policies do not hold for it.',
  line: 'network_mode',
});

export const hostPid = sharing({
  part: 'pid',
  name: 'pid',
  id: 'run/host-pid',
  severity: 'high',
  cisId: '5.16',
  title: 'containers see their own processes only',
  what: 'sees and can signal every process of its host',
  why: 'Through /proc it reads other processes’ environment, and with ptrace their memory.',
  line: 'pid',
});

export const hostIpc = sharing({
  part: 'ipc',
  name: 'ipc',
  id: 'run/host-ipc',
  severity: 'medium',
  cisId: '5.17',
  title: 'containers have shared memory of their own',
  what: 'shares memory segments and semaphores with its host',
  why: 'Databases and desktops keep data in shared memory, which it can read and change.',
  line: 'ipc',
});

export const hostUts = sharing({
  part: 'uts',
  name: 'uts',
  id: 'run/host-uts',
  severity: 'low',
  cisId: '5.21',
  title: 'containers have a host name of their own',
  what: 'shares its host’s name, and can change it',
  why: 'A host that suddenly has another name confuses its logs and whatever trusts names.',
  line: 'uts',
});

export const hostUsers = sharing({
  part: 'user',
  name: 'users',
  id: 'run/host-users',
  severity: 'medium',
  cisId: '5.31',
  title: 'user namespaces are not switched off',
  what: 'is exempt from user namespaces: root in it is root of the host',
  why: 'With user namespaces root of a container is nobody outside of it.',
  line: 'userns_mode',
});
