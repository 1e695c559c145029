import {
  fail,
  given,
  type HostAnswer,
  type HostCheck,
  notApplicable,
  pass,
  unknown,
} from '#workload/host/host-check.ts';
import type { HostFacts } from '#workload/host/host-facts.ts';
import { cis, nist, pci, soc } from '#workload/rule.ts';

const WATCHED: readonly (readonly [string, string, string])[] = [
  ['1.1.3', 'dockerd', '/usr/bin/dockerd'],
  ['1.1.4', 'run-containerd', '/run/containerd'],
  ['1.1.5', 'data', '/var/lib/docker'],
  ['1.1.6', 'configuration', '/etc/docker'],
  ['1.1.7', 'docker-service', 'docker.service'],
  ['1.1.8', 'containerd-socket', '/run/containerd/containerd.sock'],
  ['1.1.9', 'docker-socket', 'docker.socket'],
  ['1.1.10', 'default-docker', '/etc/default/docker'],
  ['1.1.11', 'daemon-json', '/etc/docker/daemon.json'],
  ['1.1.12', 'containerd-configuration', '/etc/containerd/config.toml'],
  ['1.1.13', 'sysconfig-docker', '/etc/sysconfig/docker'],
  ['1.1.14', 'containerd', '/usr/bin/containerd'],
  ['1.1.15', 'containerd-shim', '/usr/bin/containerd-shim'],
  ['1.1.16', 'shim-one', '/usr/bin/containerd-shim-runc-v1'],
  ['1.1.17', 'shim-two', '/usr/bin/containerd-shim-runc-v2'],
  ['1.1.18', 'runc', '/usr/bin/runc'],
];

/** Recommendations 1.1.3 to 1.1.18: each of these paths is watched. */
export const AUDIT_CHECKS: readonly HostCheck[] = WATCHED.map(([number, name, path]) => ({
  id: `host/audit-${name}`,
  cis: number,
  title: `changes of ${path} are on record`,
  severity: 'low',
  why: 'Without it nobody can tell afterwards who changed what the engine runs with.',
  fix: `Add -w ${path.startsWith('/') ? path : `/usr/lib/systemd/system/${path}`} -k docker to /etc/audit/rules.d/docker.rules and load it: augenrules --load.`,
  elsewhere: [cis(number), nist('4.5.4'), pci('10.2'), soc('CC7.2')],
  judge: (facts) => {
    const real = path === 'docker.service' || path === 'docker.socket' ? facts.units[path] : path;
    return real === undefined ? notApplicable(`There is no ${path}.`) : watched(real, facts);
  },
}));

function watched(path: string, { file, audit }: HostFacts): HostAnswer {
  const fact = file(path);
  if (fact.state !== 'collected') return unknown(fact.why);
  if (fact.value === 'absent') return notApplicable(`There is no ${path}.`);
  return given(audit, (rules) => {
    if (rules === 'absent') return fail('No audit daemon is installed.');
    const names = rules
      .split('\n')
      .filter((line) => !/^\s*#/.test(line))
      .some((line) => line.split(/[\s=]+/).includes(path));
    return names ? pass(`A rule watches ${path}.`) : fail(`No rule watches ${path}.`);
  });
}
