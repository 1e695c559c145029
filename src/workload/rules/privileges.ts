import { BASELINE_CAPABILITIES } from '#workload/model/capabilities.ts';
import { valueIn } from '#workload/model/setting.ts';
import { cis, inContainers, nist, pci, pss, type RunRule, soc, who } from '#workload/rule.ts';
import { nameOf } from '#workload/rules/names.ts';

const service = (lines: string) => `services:\n  web:\n    image: example/web:1.2\n${lines}`;

export const privileged: RunRule = {
  id: 'run/privileged',
  title: 'no container is privileged',
  severity: 'critical',
  why: 'A privileged container has every capability, every device and no confinement: root in it is root on the host.',
  elsewhere: [
    cis('5.5'),
    nist('4.4.3'),
    pss('baseline:privileged'),
    pss('baseline:windowsHostProcess'),
    pci('2.2.6'),
    soc('CC6.1'),
  ],
  bad: service('    privileged: true\n'),
  good: service('    cap_drop: [ALL]\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.privileged?.state === 'known' && container.privileged.value
        ? {
            at: [container.privileged.at],
            sentence: `${who(container)} is privileged.`,
            fix: `Remove ${nameOf('privileged', workload)}; add the one capability or device that is needed.`,
          }
        : undefined,
    ),
};

const ROOT = /^(?:root|0+)(?::|$)/;

export const rootUser: RunRule = {
  id: 'run/root-user',
  title: 'processes do not run as root',
  severity: 'high',
  why: 'Whoever takes over a process of root has the files of every mount, and one kernel mistake less to the host.',
  elsewhere: [
    cis('4.1'),
    nist('4.1.2'),
    pss('restricted:runAsNonRoot'),
    pss('restricted:runAsUser'),
    pci('2.2.6'),
    soc('CC6.1'),
  ],
  bad: service('    user: root\n'),
  good: service('    user: "10001:10001"\n'),
  workload: (workload) =>
    inContainers(workload, (container) => {
      const { user, nonRoot, host } = container;
      const fix = `Set ${nameOf('user', workload)} to a number that is not 0, such as 10001.`;
      // In a user namespace of its own, root is nobody on the host.
      if (valueIn(host.user) === false) return undefined;
      if (user?.state === 'known') {
        return ROOT.test(user.value.trim())
          ? { at: [user.at], sentence: `${who(container)} runs as root (${user.value}).`, fix }
          : undefined;
      }
      if (user !== undefined || valueIn(nonRoot) === true) return undefined;
      return {
        at: [nonRoot?.at ?? container.at],
        sentence: `${who(container)} runs as whatever user its image names, which is root unless the image says otherwise.`,
        fix,
        severity: 'medium',
      };
    }),
};

export const privilegeEscalation: RunRule = {
  id: 'run/privilege-escalation',
  title: 'processes cannot gain rights',
  severity: 'medium',
  why: 'A setuid program in the image gives whoever runs it the rights of its owner, mostly root.',
  elsewhere: [cis('5.26'), nist('4.4.3'), pss('restricted:allowPrivilegeEscalation'), pci('2.2.6'), soc('CC6.1')],
  bad: service(''),
  good: service('    security_opt: [no-new-privileges:true]\n'),
  workload: (workload) =>
    inContainers(workload, ({ noNewPrivileges, at, ...container }) =>
      noNewPrivileges === undefined || valueIn(noNewPrivileges) === false
        ? {
            at: [noNewPrivileges?.at ?? at],
            sentence: `Processes of container ${container.name} may gain rights through setuid programs.`,
            fix: `Set ${nameOf('noNewPrivileges', workload)}.`,
          }
        : undefined,
    ),
};

/** As engines write them, less the prefix. */
function plainName(capability: string): string {
  return capability.trim().toUpperCase().replace(/^CAP_/, '');
}

/** Each of them alone leads to the host. */
const TO_THE_HOST: ReadonlySet<string> = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'DAC_READ_SEARCH',
  'BPF',
  'PERFMON',
  'SYS_BOOT',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'CHECKPOINT_RESTORE',
]);

export const capabilitiesAdded: RunRule = {
  id: 'run/capabilities-added',
  title: 'no capability beyond the usual ones is added',
  severity: 'medium',
  why: 'Capabilities are pieces of root’s power over the kernel; SYS_ADMIN and its like are nearly all of it.',
  elsewhere: [cis('5.4'), nist('4.4.3'), pss('baseline:capabilities_baseline'), pci('2.2.6'), soc('CC6.1')],
  bad: service('    cap_add: [SYS_ADMIN]\n'),
  good: service('    cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.addedCapabilities
        .map(({ value, at }) => ({ name: plainName(value), at }))
        // Adding what engines give by themselves changes nothing, unless all were dropped.
        .filter(({ name }) => !BASELINE_CAPABILITIES.has(name))
        .map(({ name, at }) => ({
          at: [at],
          sentence: `${who(container)} adds the capability ${name.slice(0, 40)}.`,
          fix: `Take ${name.slice(0, 40)} out of ${nameOf('add', workload)}.`,
          severity: TO_THE_HOST.has(name) ? ('high' as const) : ('medium' as const),
        })),
    ),
};

export const capabilitiesKept: RunRule = {
  id: 'run/capabilities-kept',
  title: 'capabilities are dropped',
  severity: 'low',
  why: 'Engines give every container a dozen capabilities, of which most programs need none.',
  elsewhere: [cis('5.4'), nist('4.4.3'), pss('restricted:capabilities_restricted'), pci('2.2.6'), soc('CC6.1')],
  bad: service(''),
  good: service('    cap_drop: [ALL]\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.droppedCapabilities.some(({ value }) => plainName(value) === 'ALL') || valueIn(container.privileged)
        ? undefined
        : {
            at: [container.droppedCapabilities[0]?.at ?? container.at],
            sentence: `${who(container)} keeps the capabilities that engines give to all.`,
            fix: `Set ${nameOf('drop', workload)} and add back what is missed.`,
          },
    ),
};
