import { isWithin } from '#core/container-path.ts';
import type { DoctorRule, DoctorSeverity } from '#volume/doctor/rule.ts';

interface Sensitive {
  readonly matches: RegExp;
  readonly what: string;
  readonly writable: DoctorSeverity;
  readonly readOnly: DoctorSeverity;
}

/** The first that matches counts. Files such as /etc/localtime and /etc/timezone are mounted everywhere: they are none. */
const SENSITIVE: readonly Sensitive[] = [
  {
    matches:
      /^\/(?:var\/)?run\/(?:docker|podman\/podman|containerd\/containerd|crio\/crio)\.sock$|\/(?:docker|podman)\.sock$/,
    what: 'the engine’s socket: whoever reaches it is root on this host, read-only mount or not',
    writable: 'high',
    readOnly: 'high',
  },
  { matches: /^\/$/, what: 'the whole host', writable: 'critical', readOnly: 'high' },
  {
    matches: /(?:^|\/)\.ssh(?:\/|$)|^\/etc\/ssh(?:\/|$)|\/id_(?:rsa|ecdsa|ed25519|dsa)$/,
    what: 'keys of ssh',
    writable: 'high',
    readOnly: 'high',
  },
  {
    matches: /^\/etc(?:\/(?:shadow|gshadow|passwd|sudoers|sudoers\.d|pam\.d|kubernetes|cron\.d|crontab|systemd))?$/,
    what: 'the host’s own configuration and password hashes',
    writable: 'high',
    readOnly: 'medium',
  },
  { matches: /^\/root$/, what: 'the home of root, with its keys', writable: 'high', readOnly: 'medium' },
  {
    matches: /^\/var\/lib\/(?:docker|containers|containerd|kubelet)(?:\/(?:volumes|overlay2|containers|storage))?$/,
    what: 'the data of all containers',
    writable: 'high',
    readOnly: 'medium',
  },
  {
    matches: /^\/proc(?:\/sys.*)?$/,
    what: 'the host’s processes and kernel settings',
    writable: 'high',
    readOnly: 'low',
  },
  { matches: /^\/(?:var\/)?run$/, what: 'the sockets of the host’s services', writable: 'high', readOnly: 'high' },
  {
    matches: /^\/(?:boot|dev|home|var|var\/lib|usr)$/,
    what: 'a part of the host’s system',
    writable: 'medium',
    readOnly: 'low',
  },
];

/** A host's directory that gives a container more than data, and that a backup must leave out. */
export const sensitiveBind: DoctorRule = {
  id: 'sensitive-bind',
  title: 'a sensitive part of the host is mounted',
  kind: 'hazard',
  check: ({ containers, engine }) =>
    containers.flatMap((container) =>
      container.mounts
        .filter(({ kind }) => kind === 'bind')
        .flatMap(({ source, destination, writable }) => {
          const found = SENSITIVE.find(({ matches }) => matches.test(source)) ?? dataRoot(source);
          if (found === undefined) return [];
          return [
            {
              severity: writable ? found.writable : found.readOnly,
              container,
              path: destination,
              evidence: [
                `${source} of the host, ${writable ? 'writable' : 'read-only'}: ${found.what}`,
                ...(engine.rootless ? ['the engine is rootless: with the rights of its user only'] : []),
              ],
              fix: fixOf(container.name, source),
            },
          ];
        }),
    ),
};

function fixOf(name: string, source: string): readonly string[] {
  if (/\.sock$/.test(source)) {
    return [
      `# start ${name} without ${source}; where it cannot do without, give it a proxy that lets through only the calls`,
      '# that it needs; leave it out of snapshots',
    ];
  }
  return [
    `# start ${name} without the mount of ${source}, or mount only the directory below it that it needs,`,
    '# read-only where it does not write (--volume SOURCE:TARGET:ro); leave it out of snapshots',
  ];
}

/** Another engine's data root, as rootless ones have it. */
function dataRoot(source: string): Sensitive | undefined {
  const home = /^(\/home\/[^/]+)\/\.local\/share\/(?:docker|containers)/.exec(source)?.[1];
  if (home === undefined || !isWithin(source, home)) return undefined;
  return { matches: /^/, what: 'the data of all containers', writable: 'high', readOnly: 'medium' };
}
