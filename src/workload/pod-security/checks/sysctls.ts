import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { quoted } from '#workload/pod-security/everywhere.ts';

/** Those that only reach the pod itself, by the minor version that first allows them. */
const SAFE: readonly { readonly since: number; readonly names: readonly string[] }[] = [
  {
    since: 0,
    names: [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  },
  { since: 27, names: ['net.ipv4.ip_local_reserved_ports'] },
  {
    since: 29,
    names: [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  },
  { since: 32, names: ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] },
  { since: 37, names: ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'] },
];

export const sysctls: PodSecurityCheck = {
  id: 'sysctls',
  level: 'baseline',
  title: 'only kernel parameters of the pod’s own are set',
  versions: SAFE.map(({ since }) => {
    const safe = safeSysctls(since);
    return {
      since,
      judge: (pod) =>
        pod.sysctls
          .filter(({ value }) => !safe.has(value))
          .map(({ value, at }) => ({ sentence: `The pod sets the kernel parameter ${quoted(value)}.`, at })),
    };
  }),
};

/** Kernel parameters that a minor version of Kubernetes 1 holds safe. */
export function safeSysctls(minor: number): ReadonlySet<string> {
  return new Set(SAFE.filter(({ since }) => since <= minor).flatMap(({ names }) => names));
}
