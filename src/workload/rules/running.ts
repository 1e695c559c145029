import type { Setting } from '#workload/model/setting.ts';
import { valueIn } from '#workload/model/setting.ts';
import { cis, inServers, nist, pci, type RunRule, soc, who } from '#workload/rule.ts';
import { nameOf } from '#workload/rules/names.ts';

const service = (lines: string) => `services:\n  web:\n    image: example/web:1.2\n${lines}`;

function isUnlimited(setting: Setting<string>): boolean {
  return setting === undefined || /^(?:-1|0)$/.test(valueIn(setting)?.trim() ?? '');
}

export const noLimits: RunRule = {
  id: 'run/no-limits',
  title: 'memory, processor and processes are limited',
  severity: 'medium',
  why: 'One container that grows without bounds, by a mistake or on purpose, takes everything else on its host down.',
  elsewhere: [cis('5.11'), cis('5.12'), cis('5.29'), nist('4.4.3'), pci('2.2.6'), soc('A1.1')],
  bad: service(''),
  good: service('    deploy:\n      resources:\n        limits: {memory: 256M, cpus: "0.5", pids: 100}\n'),
  workload: (workload) =>
    inServers(workload, (container) => {
      // Elsewhere the number of processes is a setting of the host, not of the workload.
      const countsProcesses = workload.dialect === 'docker' || workload.dialect === 'compose';
      const missing = [
        ...(isUnlimited(container.memoryLimit) ? ['memory'] : []),
        ...(isUnlimited(container.cpuLimit) ? ['processor time'] : []),
        ...(countsProcesses && isUnlimited(container.pidsLimit) ? ['processes'] : []),
      ];
      if (missing.length === 0) return undefined;
      return {
        at: [container.at],
        sentence: `${who(container)} has no limit for ${missing.join(', ')}.`,
        fix: `Set ${nameOf('limits', workload)}.`,
        severity: missing.includes('memory') ? ('medium' as const) : ('low' as const),
      };
    }),
};

export const writableRoot: RunRule = {
  id: 'run/writable-root',
  title: 'the root file system is read-only',
  severity: 'low',
  why: 'An attacker’s tools need a place to be written to; and what a service writes there is gone with the container.',
  elsewhere: [cis('5.13'), nist('4.4.4'), pci('11.5.2'), soc('CC6.8')],
  bad: service(''),
  good: service('    read_only: true\n    tmpfs: [/tmp]\n'),
  workload: (workload) =>
    inServers(workload, (container) =>
      container.readOnlyRoot === undefined || valueIn(container.readOnlyRoot) === false
        ? {
            at: [container.readOnlyRoot?.at ?? container.at],
            sentence: `${who(container)} can write to its own root file system.`,
            fix: `Set ${nameOf('readOnly', workload)}, and give it a tmpfs where it must write.`,
          }
        : undefined,
    ),
};

export const noHealthCheck: RunRule = {
  id: 'run/no-health-check',
  title: 'something asks whether it still works',
  severity: 'low',
  why: 'A process that hangs is neither restarted nor taken out of traffic unless somebody asks it.',
  elsewhere: [cis('5.27'), nist('4.4.3'), soc('A1.1')],
  bad: service(''),
  good: service('    healthcheck:\n      test: [CMD, /healthy]\n'),
  workload: (workload) =>
    workload.ends
      ? []
      : inServers(workload, (container) =>
          container.healthChecked === undefined || valueIn(container.healthChecked) === false
            ? {
                at: [container.healthChecked?.at ?? container.at],
                sentence: `Nothing here asks whether container ${container.name} still works.`,
                fix: `Set ${nameOf('health', workload)}.`,
              }
            : undefined,
        ),
};
