import type { PodSecurityCheck } from '#workload/pod-security/check.ts';
import { appArmorProfile } from '#workload/pod-security/checks/app-armor.ts';
import { capabilitiesBaseline, capabilitiesRestricted } from '#workload/pod-security/checks/capabilities.ts';
import { hostNamespaces } from '#workload/pod-security/checks/host-namespaces.ts';
import { hostPorts } from '#workload/pod-security/checks/host-ports.ts';
import { allowPrivilegeEscalation } from '#workload/pod-security/checks/privilege-escalation.ts';
import { privileged } from '#workload/pod-security/checks/privileged.ts';
import { hostProbesAndHostLifecycle } from '#workload/pod-security/checks/probe-hosts.ts';
import { procMount, procMountRestricted } from '#workload/pod-security/checks/proc-mount.ts';
import { seLinuxOptions } from '#workload/pod-security/checks/se-linux.ts';
import { seccompBaseline, seccompRestricted } from '#workload/pod-security/checks/seccomp.ts';
import { sysctls } from '#workload/pod-security/checks/sysctls.ts';
import { runAsNonRoot, runAsUser } from '#workload/pod-security/checks/users.ts';
import { hostPathVolumes, restrictedVolumes } from '#workload/pod-security/checks/volumes.ts';
import { windowsHostProcess } from '#workload/pod-security/checks/windows-host-process.ts';

/** Every check of the Pod Security Standards, baseline first, then by id. */
export const POD_SECURITY_CHECKS: readonly PodSecurityCheck[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privileged,
  procMount,
  seLinuxOptions,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
