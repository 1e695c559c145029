import {
  fail,
  forPeople,
  given,
  type HostAnswer,
  type HostCheck,
  notApplicable,
  pass,
} from '#workload/host/host-check.ts';
import type { EngineFacts, HostFacts } from '#workload/host/host-facts.ts';
import { cis, nist, pci, soc } from '#workload/rule.ts';

/** Judges what Docker's engine says of itself; Podman has no daemon to set up. */
function docker(judge: (engine: EngineFacts) => HostAnswer): HostCheck['judge'] {
  return ({ engine }) =>
    given(engine, (value) => (value.podman ? notApplicable('Podman has no daemon.') : judge(value)));
}

/** Judges an option of the daemon: its last value, undefined where it is not given. */
function option(
  name: string,
  judge: (value: string | undefined, all: readonly string[]) => HostAnswer,
): HostCheck['judge'] {
  return (facts: HostFacts) => {
    if (facts.engine.state === 'collected' && facts.engine.value.podman) return notApplicable('Podman has no daemon.');
    return given(facts.options, (options) => judge(options.get(name)?.at(-1), options.get(name) ?? []));
  };
}

function says({ securityOptions }: EngineFacts, name: string): string | undefined {
  return securityOptions.find((given) => given === `name=${name}` || given.startsWith(`name=${name},`));
}

const KEPT_HERE: ReadonlySet<string> = new Set(['json-file', 'local', 'none', '']);

/** Section 2. */
export const DAEMON_CHECKS: readonly HostCheck[] = [
  {
    id: 'host/rootless',
    cis: '2.1',
    title: 'the engine does not run as root',
    severity: 'low',
    why: 'Who breaks out of a container of a rootless engine is an ordinary user of the host.',
    fix: 'Where its limits allow, run the engine rootless: dockerd-rootless-setuptool.sh install.',
    elsewhere: [cis('2.1'), nist('4.4.3'), pci('2.2.6'), soc('CC6.1')],
    judge: docker((engine) =>
      says(engine, 'rootless') ? pass('The engine is rootless.') : fail('The engine runs as root.'),
    ),
  },
  {
    id: 'host/bridge-open',
    cis: '2.2',
    title: 'containers on the default bridge do not reach each other',
    severity: 'medium',
    why: 'Everything that asks for no network is on that bridge, and reaches everything else there.',
    fix: 'Set "icc": false in daemon.json; give what belongs together a network of its own.',
    elsewhere: [cis('2.2'), nist('4.3.3'), pci('1.3'), soc('CC6.6')],
    judge: docker(({ bridgeOpen }) =>
      bridgeOpen === undefined
        ? notApplicable('There is no default bridge.')
        : bridgeOpen
          ? fail('Containers on the default bridge reach each other.')
          : pass('Containers on the default bridge do not reach each other.'),
    ),
  },
  {
    id: 'host/log-level',
    cis: '2.3',
    title: 'the engine logs what happens, and not everything',
    severity: 'low',
    why: 'Less than info leaves gaps, and debug tells secrets of requests.',
    fix: 'Set "log-level": "info".',
    elsewhere: [cis('2.3'), nist('4.5.4'), pci('10.2'), soc('CC7.2')],
    judge: option('log-level', (level) =>
      level === undefined || level === 'info'
        ? pass('The engine logs at level info.')
        : fail(`The engine logs at level ${level}.`),
    ),
  },
  {
    id: 'host/iptables',
    cis: '2.4',
    title: 'the engine may set up the firewall',
    severity: 'medium',
    why: 'Without its rules, networks of containers are not kept apart.',
    fix: 'Remove "iptables": false.',
    elsewhere: [cis('2.4'), nist('4.3.3'), pci('1.2'), soc('CC6.6')],
    judge: option('iptables', (value) =>
      value === 'false' ? fail('The engine may not set up the firewall.') : pass('The engine sets up the firewall.'),
    ),
  },
  {
    id: 'host/insecure-registries',
    cis: '2.5',
    title: 'registries are asked with TLS',
    severity: 'high',
    why: 'Who can listen in between sees the credentials and can hand out images of his own.',
    fix: 'Remove them from "insecure-registries" and give the registries certificates.',
    elsewhere: [cis('2.5'), nist('4.2.1'), pci('4.2.1'), soc('CC6.7')],
    judge: docker(({ insecureRegistries }) =>
      insecureRegistries.length === 0
        ? pass('Every registry is asked with TLS.')
        : fail(`Without TLS are asked: ${insecureRegistries.slice(0, 10).join(', ')}.`),
    ),
  },
  {
    id: 'host/storage-driver',
    cis: '2.6',
    title: 'the storage driver is a maintained one',
    severity: 'medium',
    why: 'aufs is no longer part of the kernel, nor mended.',
    fix: 'Use overlay2, the default.',
    elsewhere: [cis('2.6'), nist('4.4.1'), pci('6.3.3'), soc('CC7.1')],
    judge: docker(({ storageDriver }) =>
      storageDriver === 'aufs' ? fail('The storage driver is aufs.') : pass(`The storage driver is ${storageDriver}.`),
    ),
  },
  {
    id: 'host/tcp-without-tls',
    cis: '2.7',
    title: 'the engine asks who comes over the network',
    severity: 'critical',
    why: 'An engine that listens without asking for certificates gives root to whoever reaches the port.',
    fix: 'Remove tcp:// from "hosts", or set tlsverify with a CA and a certificate of its own.',
    elsewhere: [cis('2.7'), nist('4.3.2'), pci('8.3'), soc('CC6.1')],
    judge: (facts) =>
      option('hosts', (_, hosts) => {
        const open = hosts.filter((host) => /^tcp:\/\//.test(host) || /^[0-9.:[\]]+:\d+$/.test(host));
        if (open.length === 0) return notApplicable('The engine does not listen on the network.');
        const verifies = facts.options.state === 'collected' && facts.options.value.get('tlsverify')?.at(-1) === 'true';
        return verifies
          ? pass(`The engine asks for certificates on ${open.join(', ')}.`)
          : fail(`The engine listens on ${open.join(', ')} and asks for no certificate.`);
      })(facts),
  },
  {
    id: 'host/default-ulimit',
    cis: '2.8',
    title: 'containers have limits by default',
    severity: 'low',
    why: 'A container without limits of its own otherwise has those of the daemon.',
    fix: 'Set "default-ulimits".',
    elsewhere: [cis('2.8'), nist('4.4.3'), pci('2.2.6'), soc('A1.1')],
    judge: option('default-ulimits', (_, limits) =>
      limits.length > 0
        ? pass(`Set by default: ${limits.slice(0, 10).join(', ')}.`)
        : fail('No limits are set by default.'),
    ),
  },
  {
    id: 'host/user-namespaces',
    cis: '2.9',
    title: 'root of a container is nobody on the host',
    severity: 'medium',
    why: 'Without user namespaces root in a container is root of the host, should it get out.',
    fix: 'Set "userns-remap": "default", after reading what it changes for volumes.',
    elsewhere: [cis('2.9'), nist('4.4.3'), pci('2.2.6'), soc('CC6.1')],
    judge: docker((engine) =>
      says(engine, 'userns') || says(engine, 'rootless')
        ? pass('Containers have user namespaces.')
        : fail('Containers share the host’s users.'),
    ),
  },
  {
    id: 'host/cgroup-parent',
    cis: '2.10',
    title: 'containers are counted where they should be',
    severity: 'low',
    why: 'In another group they may escape the limits of their own.',
    fix: 'Remove "cgroup-parent" unless it was set on purpose.',
    elsewhere: [cis('2.10'), nist('4.4.3'), pci('2.2.6')],
    judge: option('cgroup-parent', (value) =>
      value === undefined
        ? pass('The usual control group is used.')
        : forPeople(`Containers are in the control group ${value}.`),
    ),
  },
  {
    id: 'host/base-size',
    cis: '2.11',
    title: 'the base device has its usual size',
    severity: 'low',
    why: 'A larger one lets each container fill more of the host.',
    fix: 'Remove dm.basesize from "storage-opts".',
    elsewhere: [cis('2.11'), nist('4.4.3'), soc('A1.1')],
    judge: option('storage-opts', (_, given) =>
      given.some((one) => one.startsWith('dm.basesize'))
        ? fail('dm.basesize is set.')
        : pass('dm.basesize is not set.'),
    ),
  },
  {
    id: 'host/authorization',
    cis: '2.12',
    title: 'requests to the engine are judged',
    severity: 'low',
    why: 'Otherwise whoever may talk to the engine may do everything with it.',
    fix: 'Set "authorization-plugins", or put a proxy before the socket.',
    elsewhere: [cis('2.12'), nist('4.3.1'), pci('7.2'), soc('CC6.3')],
    judge: docker(({ authorization }) =>
      authorization.length > 0
        ? pass(`Requests are judged by ${authorization.slice(0, 5).join(', ')}.`)
        : fail('Whoever may talk to the engine may do everything with it.'),
    ),
  },
  {
    id: 'host/remote-logs',
    cis: '2.13',
    title: 'logs of containers are kept elsewhere too',
    severity: 'low',
    why: 'Logs that lie on the host alone are gone with it, or with the container.',
    fix: 'Set "log-driver" to one that sends them, or collect the files.',
    elsewhere: [cis('2.13'), nist('4.5.4'), pci('10.3'), soc('CC7.2')],
    judge: docker(({ loggingDriver }) =>
      KEPT_HERE.has(loggingDriver)
        ? fail(
            `The engine keeps logs by itself (${loggingDriver || 'no driver'}); whether something collects them is not known.`,
          )
        : pass(`Logs go to ${loggingDriver}.`),
    ),
  },
  {
    id: 'host/no-new-privileges',
    cis: '2.14',
    title: 'processes in containers cannot gain rights',
    severity: 'medium',
    why: 'A setuid program in an image otherwise makes root of whoever runs it.',
    fix: 'Set "no-new-privileges": true.',
    elsewhere: [cis('2.14'), nist('4.4.3'), pci('2.2.6'), soc('CC6.1')],
    judge: (facts) =>
      facts.engine.state === 'collected' && says(facts.engine.value, 'no-new-privileges')
        ? pass('no-new-privileges is the default.')
        : option('no-new-privileges', (value) =>
            value === 'true'
              ? pass('no-new-privileges is the default.')
              : fail('no-new-privileges is not the default.'),
          )(facts),
  },
  {
    id: 'host/live-restore',
    cis: '2.15',
    title: 'containers outlive the engine',
    severity: 'low',
    why: 'Otherwise every restart of the engine, as for an update, ends all of them.',
    fix: 'Set "live-restore": true.',
    elsewhere: [cis('2.15'), nist('4.4.3'), soc('A1.1')],
    judge: docker(({ liveRestore, swarm }) =>
      swarm
        ? notApplicable('The engine is part of a swarm, which does not have it.')
        : liveRestore
          ? pass('Containers outlive the engine.')
          : fail('A restart of the engine ends all containers.'),
    ),
  },
  {
    id: 'host/userland-proxy',
    cis: '2.16',
    title: 'published ports need no process of root',
    severity: 'low',
    why: 'The kernel can do it; a proxy for each port is one more program of root on the network.',
    fix: 'Set "userland-proxy": false.',
    elsewhere: [cis('2.16'), nist('4.5.1'), pci('2.2.4')],
    judge: option('userland-proxy', (value) =>
      value === 'false' ? pass('There is no userland proxy.') : fail('Published ports are served by a userland proxy.'),
    ),
  },
  {
    id: 'host/seccomp',
    cis: '2.17',
    title: 'system calls of containers are filtered',
    severity: 'high',
    why: 'The usual filter keeps containers from what most ways out need.',
    fix: 'Remove "seccomp-profile": "unconfined"; use a kernel with seccomp.',
    elsewhere: [cis('2.17'), nist('4.4.3'), pci('2.2.6'), soc('CC6.8')],
    judge: docker((engine) => {
      const filter = says(engine, 'seccomp');
      if (filter === undefined) return fail('The engine filters no system calls.');
      const profile = /profile=([^,]*)/.exec(filter)?.[1] ?? '';
      return profile === 'unconfined'
        ? fail('By default, no system calls are filtered.')
        : pass(`System calls are filtered by the profile ${profile || 'of the engine'}.`);
    }),
  },
  {
    id: 'host/experimental',
    cis: '2.18',
    title: 'nothing experimental runs',
    severity: 'low',
    why: 'Experimental parts are not yet looked at for safety.',
    fix: 'Remove "experimental": true.',
    elsewhere: [cis('2.18'), nist('4.5.1'), pci('2.2.4')],
    judge: docker(({ experimental }) =>
      experimental ? fail('Experimental features are on.') : pass('Experimental features are off.'),
    ),
  },
];
