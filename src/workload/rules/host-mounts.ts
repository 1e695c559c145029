import { plainPath } from '#core/container-path.ts';
import type { Severity } from '#core/severity.ts';
import type { Mount } from '#workload/model/container.ts';
import { cis, inContainers, nist, pci, pss, type RunRule, soc, who } from '#workload/rule.ts';

const service = (lines: string) => `services:\n  web:\n    image: example/web:1.2\n${lines}`;

const SOCKET =
  /(?:^|[\\/])(?:docker|containerd|crio|cri-dockerd|dockershim|podman|balena-engine|k3s|buildkitd)\.sock(?:\.raw)?$|[\\/]pipe[\\/](?:docker_engine|containerd)/i;

function pathOf({ kind, source }: Mount): string | undefined {
  return kind === 'host' && source !== undefined ? source : undefined;
}

export const engineSocket: RunRule = {
  id: 'run/engine-socket',
  title: 'the engine’s socket stays on the host',
  severity: 'critical',
  why: 'Whoever can talk to the engine can start a privileged container: it is root on the host, read-only mount or not.',
  elsewhere: [cis('5.32'), nist('4.5.5'), pss('baseline:hostPathVolumes'), pci('7.2'), soc('CC6.1')],
  bad: service('    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n'),
  good: service('    environment:\n      DOCKER_HOST: tcp://socket-proxy:2375\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.mounts.flatMap((mount) => {
        const path = pathOf(mount);
        if (path === undefined || !SOCKET.test(path)) return [];
        return {
          at: [mount.at],
          sentence: `${who(container)} can talk to the container engine through ${path.slice(0, 120)}.`,
          fix: 'Remove the mount; where it is needed, put a proxy between that lets only the needed requests through.',
        };
      }),
    ),
};

/** Whole directories that hold a host's secrets or its running. */
const WHOLE: Readonly<Record<string, Severity>> = {
  '/': 'critical',
  '/etc': 'critical',
  '/root': 'critical',
  '/proc': 'critical',
  '/sys': 'high',
  '/dev': 'critical',
  '/boot': 'high',
  '/run': 'critical',
  '/var/run': 'critical',
  '/var': 'critical',
  '/var/lib': 'critical',
  '/var/lib/docker': 'critical',
  '/var/lib/containerd': 'critical',
  '/var/lib/kubelet': 'critical',
  '/var/log': 'medium',
  '/home': 'high',
  '/usr': 'high',
  '/lib': 'high',
  '/lib64': 'high',
  '/bin': 'high',
  '/sbin': 'high',
};
/** Everything below these. */
const BELOW: readonly (readonly [RegExp, Severity])[] = [
  [
    /^\/etc\/(?:kubernetes|ssh|shadow|gshadow|passwd|sudoers|pam\.d|cron[^/]*|systemd|ld\.so|docker)(?:\/|$|[.-])/,
    'high',
  ],
  [/^\/(?:root|boot|proc|var\/lib\/(?:docker|containerd|kubelet|etcd)|var\/spool\/cron)\//, 'high'],
  [/^\/home\/[^/]+\/\.(?:ssh|aws|kube|docker|gnupg)(?:\/|$)/, 'high'],
  [/^\/sys\/(?!fs\/cgroup)/, 'medium'],
];
const LOWER: Readonly<Partial<Record<Severity, Severity>>> = { critical: 'high', high: 'medium', medium: 'low' };

function severityOf(path: string): Severity | undefined {
  return (Object.hasOwn(WHOLE, path) ? WHOLE[path] : undefined) ?? BELOW.find(([pattern]) => pattern.test(path))?.[1];
}

export const sensitiveHostPath: RunRule = {
  id: 'run/sensitive-host-path',
  title: 'the host’s own directories stay on the host',
  severity: 'high',
  why: 'Who can write there owns the host; who can read there has its keys, its users and every container’s files.',
  elsewhere: [cis('5.6'), nist('4.5.5'), pss('baseline:hostPathVolumes'), pci('2.2.6'), soc('CC6.1')],
  bad: service('    volumes: [/etc:/host/etc]\n'),
  good: service('    volumes: [./config:/config:ro]\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.mounts.flatMap((mount) => {
        const given = pathOf(mount);
        if (given === undefined || SOCKET.test(given)) return [];
        const path = given.startsWith('/') ? plainPath(given) : given === '~' ? '/root' : given;
        const severity = severityOf(path);
        if (severity === undefined) return [];
        const lowered = mount.readOnly ? (LOWER[severity] ?? severity) : severity;
        return {
          at: [mount.at],
          sentence: `${who(container)} ${mount.readOnly ? 'reads' : 'can write to'} ${path.slice(0, 120)} of its host.`,
          fix: mount.readOnly
            ? 'Mount only the files that are needed.'
            : 'Remove the mount, or mount only the files that are needed, read-only.',
          severity: lowered,
        };
      }),
    ),
};

export const mountPropagation: RunRule = {
  id: 'run/mount-propagation',
  title: 'mounts of a container stay in it',
  severity: 'medium',
  why: 'With shared propagation what a container mounts appears on its host, and in every other container there.',
  elsewhere: [cis('5.20'), nist('4.5.5'), pci('2.2.6')],
  bad: service(
    '    volumes:\n      - type: bind\n        source: /srv\n        target: /srv\n        bind: {propagation: rshared}\n',
  ),
  good: service('    volumes:\n      - type: bind\n        source: /srv\n        target: /srv\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.mounts
        .filter(({ propagation }) => /^(?:r?shared|bidirectional)$/i.test(propagation ?? ''))
        .map(({ at, target, propagation }) => ({
          at: [at],
          sentence: `What container ${container.name} mounts below ${target ?? 'a path'} appears on its host (${propagation}).`,
          fix: 'Use private propagation, the default.',
        })),
    ),
};

/** Devices that every container may have. */
const HARMLESS =
  /^\/dev\/(?:null|zero|full|random|urandom|tty|fuse|net\/tun|dri(?:\/.*)?|nvidia.*|kfd|snd(?:\/.*)?|video\d+|tty(?:USB|ACM|AMA|S)\d+)$/;
const TO_THE_HOST = /^\/dev\/?$|^\/dev\/(?:mem|kmem|port|kvm|sd[a-z]|nvme|xvd|vd[a-z]|dm-|mapper|loop|disk|md\d)/;

export const hostDevice: RunRule = {
  id: 'run/host-device',
  title: 'devices of the host stay on the host',
  severity: 'medium',
  why: 'A disk’s device is all files of the host, past every permission.',
  elsewhere: [cis('5.18'), nist('4.4.3'), pci('2.2.6'), soc('CC6.1')],
  bad: service('    devices: [/dev/sda:/dev/sda]\n'),
  good: service(''),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.devices
        .filter(({ value }) => value.startsWith('/') && !HARMLESS.test(value))
        .map(({ value, at }) => ({
          at: [at],
          sentence: `${who(container)} uses the device ${value.slice(0, 80)} of its host.`,
          fix: 'Remove the device, or give only the one that is needed, without the right to make others (m).',
          severity: TO_THE_HOST.test(value) ? ('high' as const) : ('medium' as const),
        })),
    ),
};
