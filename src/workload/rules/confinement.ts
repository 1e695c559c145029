import type { Container } from '#workload/model/container.ts';
import type { Setting } from '#workload/model/setting.ts';
import type { Workload } from '#workload/model/workload.ts';
import { safeSysctls } from '#workload/pod-security/checks/sysctls.ts';
import { NEWEST_MINOR } from '#workload/pod-security/judge-pod.ts';
import { cis, type Found, inContainers, nist, pci, pss, type RunRule, soc, who } from '#workload/rule.ts';
import { nameOf } from '#workload/rules/names.ts';

const service = (lines: string) => `services:\n  web:\n    image: example/web:1.2\n${lines}`;
const GOOD = service('    security_opt: [no-new-privileges:true]\n');

/** Finds a setting that switches a protection off. */
function off<T>(
  workload: Workload,
  what: string,
  name: Parameters<typeof nameOf>[0],
  of: (container: Container) => Setting<T>,
  isOff: (value: T) => boolean,
): readonly Found[] {
  return inContainers(workload, (container) => {
    const setting = of(container);
    if (setting?.state !== 'known' || !isOff(setting.value)) return undefined;
    return {
      at: [setting.at],
      sentence: `${who(container)} runs without ${what}.`,
      fix: `Remove ${nameOf(name, workload)}.`,
    };
  });
}

export const seccompOff: RunRule = {
  id: 'run/seccomp-off',
  title: 'system calls are filtered',
  severity: 'high',
  why: 'The usual filter keeps processes from the system calls that most ways out of a container need.',
  elsewhere: [cis('5.22'), nist('4.4.3'), pss('baseline:seccompProfile_baseline'), pci('2.2.6'), soc('CC6.8')],
  bad: service('    security_opt: [seccomp:unconfined]\n'),
  good: GOOD,
  workload: (workload) =>
    off(
      workload,
      'a filter for system calls (seccomp)',
      'seccomp',
      (one) => one.seccomp,
      (value) => value === 'unconfined',
    ),
};

export const appArmorOff: RunRule = {
  id: 'run/apparmor-off',
  title: 'AppArmor confines containers',
  severity: 'medium',
  why: 'The usual profile forbids mounting and writing below /proc and /sys, even to root.',
  elsewhere: [cis('5.2'), nist('4.4.3'), pss('baseline:appArmorProfile'), pci('2.2.6'), soc('CC6.8')],
  bad: service('    security_opt: [apparmor:unconfined]\n'),
  good: GOOD,
  workload: (workload) =>
    off(
      workload,
      'AppArmor',
      'appArmor',
      (one) => one.appArmor,
      (value) => value === 'unconfined',
    ),
};

export const seLinuxOff: RunRule = {
  id: 'run/selinux-off',
  title: 'SELinux confines containers',
  severity: 'medium',
  why: 'SELinux is what stands between a container and other containers’ files once other walls have fallen.',
  elsewhere: [cis('5.3'), nist('4.4.3'), pss('baseline:seLinuxOptions'), pci('2.2.6'), soc('CC6.8')],
  bad: service('    security_opt: [label:disable]\n'),
  good: GOOD,
  workload: (workload) =>
    off(
      workload,
      'SELinux',
      'seLinux',
      (one) => one.seLinuxOff,
      (value) => value,
    ),
};

export const procUnmasked: RunRule = {
  id: 'run/proc-unmasked',
  title: '/proc keeps its masks',
  severity: 'high',
  why: 'Behind the masks lie the kernel’s memory, its keys and switches for the whole host.',
  elsewhere: [nist('4.4.3'), pss('baseline:procMount'), pci('2.2.6'), soc('CC6.8')],
  bad: service('    security_opt: [systempaths=unconfined]\n'),
  good: GOOD,
  workload: (workload) =>
    off(
      workload,
      'the masks over /proc and /sys',
      'procMasks',
      (one) => one.procUnmasked,
      (value) => value,
    ),
};

const SAFE = safeSysctls(NEWEST_MINOR);

export const unsafeSysctl: RunRule = {
  id: 'run/unsafe-sysctl',
  title: 'only kernel parameters of the container’s own are set',
  severity: 'medium',
  why: 'Parameters that are not kept apart change the host and every other container on it.',
  elsewhere: [nist('4.4.3'), pss('baseline:sysctls'), pci('2.2.6')],
  bad: service('    sysctls:\n      kernel.msgmax: 65536\n'),
  good: service('    sysctls:\n      net.ipv4.tcp_syncookies: 1\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.sysctls
        .map(({ value, at }) => ({ name: value.replaceAll('/', '.'), at }))
        .filter(({ name }) => !SAFE.has(name))
        .map(({ name, at }) => ({
          at: [at],
          sentence: `${who(container)} sets the kernel parameter ${name.slice(0, 80)}, which is not known to be its own.`,
          fix: 'Set it on hosts that are meant for it, or do without.',
        })),
    ),
};
