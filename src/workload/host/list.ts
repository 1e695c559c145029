import { AUDIT_CHECKS } from '#workload/host/checks/audit.ts';
import { CONTAINER_CHECKS } from '#workload/host/checks/containers.ts';
import { DAEMON_CHECKS } from '#workload/host/checks/daemon.ts';
import { FILE_CHECKS } from '#workload/host/checks/files.ts';
import { GENERAL_CHECKS } from '#workload/host/checks/general.ts';
import type { HostCheck } from '#workload/host/host-check.ts';

/** Sections 1 to 3 and 5 of the CIS Docker Benchmark 1.6, in the order of their numbers. */
export const HOST_CHECKS: readonly HostCheck[] = [
  ...GENERAL_CHECKS,
  ...AUDIT_CHECKS,
  ...DAEMON_CHECKS,
  ...FILE_CHECKS,
  ...CONTAINER_CHECKS,
].sort(byNumber);

function byNumber(a: HostCheck, b: HostCheck): number {
  const [left, right] = [a.cis.split('.').map(Number), b.cis.split('.').map(Number)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
