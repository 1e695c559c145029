import type { RunRule } from '#workload/rule.ts';
import { defaultNamespace, serviceAccountToken } from '#workload/rules/cluster.ts';
import { appArmorOff, procUnmasked, seccompOff, seLinuxOff, unsafeSysctl } from '#workload/rules/confinement.ts';
import { databaseReachable, exposedService, flatNetwork, publishedEverywhere } from '#workload/rules/exposure.ts';
import { engineSocket, hostDevice, mountPropagation, sensitiveHostPath } from '#workload/rules/host-mounts.ts';
import { hostIpc, hostNetwork, hostPid, hostUsers, hostUts } from '#workload/rules/host-namespaces.ts';
import { latestImage, unpinnedImage } from '#workload/rules/images.ts';
import { anonymousVolume, dataInMemory, dataNotKept, twoWriters } from '#workload/rules/persistence.ts';
import {
  capabilitiesAdded,
  capabilitiesKept,
  privileged,
  privilegeEscalation,
  rootUser,
} from '#workload/rules/privileges.ts';
import {
  clusterAdmin,
  rbacEscalation,
  rbacEverybody,
  rbacExec,
  rbacSecrets,
  rbacWildcard,
} from '#workload/rules/rbac.ts';
import { noHealthCheck, noLimits, writableRoot } from '#workload/rules/running.ts';
import { secretInEnvironment } from '#workload/rules/secrets.ts';
import { efsOpen, efsPlain, fargateSize, sharedRole } from '#workload/rules/tasks.ts';

/** Every check of how something is run, in the order of the reference. */
export const RUN_RULES: readonly RunRule[] = [
  privileged,
  rootUser,
  privilegeEscalation,
  capabilitiesAdded,
  capabilitiesKept,
  hostNetwork,
  hostPid,
  hostIpc,
  hostUts,
  hostUsers,
  engineSocket,
  sensitiveHostPath,
  mountPropagation,
  hostDevice,
  seccompOff,
  appArmorOff,
  seLinuxOff,
  procUnmasked,
  unsafeSysctl,
  secretInEnvironment,
  latestImage,
  unpinnedImage,
  publishedEverywhere,
  databaseReachable,
  flatNetwork,
  exposedService,
  dataNotKept,
  dataInMemory,
  anonymousVolume,
  twoWriters,
  noLimits,
  writableRoot,
  noHealthCheck,
  serviceAccountToken,
  defaultNamespace,
  rbacWildcard,
  rbacEscalation,
  rbacSecrets,
  rbacExec,
  clusterAdmin,
  rbacEverybody,
  efsPlain,
  efsOpen,
  sharedRole,
  fargateSize,
];
