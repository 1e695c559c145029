import type { DialectId, Workload } from '#workload/model/workload.ts';

/** What a setting is called in each dialect; undefined where there is none. */
type Names = Readonly<Partial<Record<DialectId, string>>>;

const NAMES = {
  privileged: {
    docker: 'HostConfig.Privileged',
    compose: 'privileged',
    kubernetes: 'securityContext.privileged',
    ecs: 'privileged',
  },
  user: {
    docker: 'User',
    compose: 'user',
    kubernetes: 'securityContext.runAsNonRoot: true and runAsUser',
    ecs: 'user',
  },
  noNewPrivileges: {
    docker: 'HostConfig.SecurityOpt: ["no-new-privileges"]',
    compose: 'security_opt: [no-new-privileges:true]',
    kubernetes: 'securityContext.allowPrivilegeEscalation: false',
    ecs: 'dockerSecurityOptions: ["no-new-privileges"]',
  },
  add: {
    docker: 'HostConfig.CapAdd',
    compose: 'cap_add',
    kubernetes: 'securityContext.capabilities.add',
    ecs: 'linuxParameters.capabilities.add',
  },
  drop: {
    docker: 'HostConfig.CapDrop: ["ALL"]',
    compose: 'cap_drop: [ALL]',
    kubernetes: 'securityContext.capabilities.drop: [ALL]',
    ecs: 'linuxParameters.capabilities.drop: ["ALL"]',
  },
  seccomp: {
    docker: 'seccomp=unconfined in HostConfig.SecurityOpt',
    compose: 'seccomp:unconfined in security_opt',
    kubernetes: 'seccompProfile.type: Unconfined (RuntimeDefault is the usual profile)',
    ecs: 'the seccomp option',
  },
  appArmor: {
    docker: 'apparmor=unconfined in HostConfig.SecurityOpt',
    compose: 'apparmor:unconfined in security_opt',
    kubernetes: 'appArmorProfile.type: Unconfined',
    ecs: 'apparmor:unconfined in dockerSecurityOptions',
  },
  seLinux: {
    docker: 'label=disable in HostConfig.SecurityOpt',
    compose: 'label:disable in security_opt',
    kubernetes: 'seLinuxOptions.type: spc_t',
    ecs: 'label:disable in dockerSecurityOptions',
  },
  procMasks: {
    docker: 'systempaths=unconfined in HostConfig.SecurityOpt',
    compose: 'systempaths=unconfined in security_opt',
    kubernetes: 'procMount: Unmasked',
    ecs: 'systempaths=unconfined in dockerSecurityOptions',
  },
  readOnly: {
    docker: 'HostConfig.ReadonlyRootfs: true',
    compose: 'read_only: true',
    kubernetes: 'securityContext.readOnlyRootFilesystem: true',
    ecs: 'readonlyRootFilesystem: true',
  },
  network: {
    docker: 'HostConfig.NetworkMode: host',
    compose: 'network_mode: host',
    kubernetes: 'hostNetwork',
    ecs: 'networkMode: host',
  },
  pid: { docker: 'HostConfig.PidMode: host', compose: 'pid: host', kubernetes: 'hostPID', ecs: 'pidMode: host' },
  ipc: { docker: 'HostConfig.IpcMode: host', compose: 'ipc: host', kubernetes: 'hostIPC', ecs: 'ipcMode: host' },
  uts: { docker: 'HostConfig.UTSMode: host', compose: 'uts: host' },
  users: { docker: 'HostConfig.UsernsMode: host', compose: 'userns_mode: host', kubernetes: 'hostUsers: true' },
  limits: {
    docker: 'HostConfig.Memory, NanoCpus and PidsLimit',
    compose: 'deploy.resources.limits: {memory, cpus, pids}',
    kubernetes: 'resources.limits: {memory, cpu}',
    ecs: 'memory and cpu',
  },
  health: {
    docker: 'Healthcheck',
    compose: 'healthcheck',
    kubernetes: 'livenessProbe or readinessProbe',
    ecs: 'healthCheck',
  },
  secrets: {
    docker: 'a file that is mounted',
    compose: 'secrets',
    kubernetes: 'a Secret, mounted as a file',
    ecs: 'secrets with valueFrom',
  },
  volume: {
    docker: 'a named volume',
    compose: 'a named volume',
    kubernetes: 'a persistentVolumeClaim',
    ecs: 'a volume that outlives the task (EFS, or Docker’s with scope shared)',
  },
} as const satisfies Record<string, Names>;

/** A setting by the name that a workload's dialect gives it. */
export function nameOf(setting: keyof typeof NAMES, { dialect }: Workload): string {
  const names: Names = NAMES[setting];
  return names[dialect] ?? setting;
}
