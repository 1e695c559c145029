import { isObject, type JsonObject } from '#core/oci/json.ts';
import { DEFAULT_CAPABILITIES } from '#workload/model/capabilities.ts';

/** Keys of `HostConfig` that are looked at here, or reach no further than the container whatever they say (Docker Engine API 1.48). */
const KNOWN = [
  ...['NetworkMode', 'IpcMode', 'PidMode', 'UTSMode', 'UsernsMode', 'CgroupnsMode', 'Privileged', 'CapAdd', 'CapDrop'],
  ...['Binds', 'Mounts', 'VolumesFrom', 'Devices', 'DeviceCgroupRules', 'DeviceRequests', 'SecurityOpt', 'Runtime'],
  ...['CgroupParent', 'LogConfig', 'MaskedPaths', 'ReadonlyPaths', 'VolumeDriver', 'Sysctls', 'Cgroup'],
  ...[
    'AutoRemove',
    'BlkioWeight',
    'BlkioWeightDevice',
    'BlkioDeviceReadBps',
    'BlkioDeviceReadIOps',
    'BlkioDeviceWriteBps',
  ],
  ...['BlkioDeviceWriteIOps', 'ConsoleSize', 'CpuCount', 'CpuPercent', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod'],
  ...['CpuRealtimeRuntime', 'CpuShares', 'CpusetCpus', 'CpusetMems', 'NanoCpus', 'Dns', 'DnsOptions', 'DnsSearch'],
  ...['ExtraHosts', 'GroupAdd', 'Init', 'IOMaximumBandwidth', 'IOMaximumIOps', 'Isolation', 'KernelMemory'],
  ...['KernelMemoryTCP', 'Links', 'Memory', 'MemoryReservation', 'MemorySwap', 'MemorySwappiness', 'OomKillDisable'],
  ...['OomScoreAdj', 'PidsLimit', 'PortBindings', 'PublishAllPorts', 'ReadonlyRootfs', 'RestartPolicy', 'ShmSize'],
  ...['StorageOpt', 'Tmpfs', 'Ulimits'],
];
const NAMESPACES = ['NetworkMode', 'IpcMode', 'PidMode', 'UTSMode', 'UsernsMode', 'CgroupnsMode', 'Cgroup'];
const LOGS: readonly unknown[] = [
  undefined,
  '',
  'json-file',
  'local',
  'journald',
  'none',
  'db',
  'k8s-file',
  'passthrough',
];
const RUNTIMES: readonly unknown[] = [undefined, null, '', 'runc', 'crun', 'oci', 'io.containerd.runc.v2'];
const OF_MOUNT = ['Type', 'Source', 'Target', 'ReadOnly', 'Consistency', 'VolumeOptions', 'TmpfsOptions'];
const OF_VOLUME_OPTIONS = ['NoCopy', 'Labels', 'Subpath'];
const OF_ENDPOINT = ['IPAMConfig', 'Links', 'Aliases', 'GwPriority'];

/** Settings that are not among the known ones and say something. */
export function unknownKeys(object: JsonObject, known: readonly string[]): readonly string[] {
  return Object.entries(object)
    .filter(([key, value]) => !known.includes(key) && !isEmpty(value))
    .map(([key]) => `the setting ${key.slice(0, 100)}, which is not known here`);
}

/**
 * What the `HostConfig` of a container gives it beside mounts, as clauses behind "would".
 * @param own names of the containers that are made with it
 */
export function hostPowers(host: JsonObject, own: ReadonlySet<string>): readonly string[] {
  const powers = unknownKeys(host, KNOWN).map((what) => `be made with ${what}`);
  if (!isEmpty(host['Privileged'])) powers.push('be privileged: the whole host is its own');
  for (const key of NAMESPACES) {
    const mode = text(host[key]);
    if (mode === 'host') powers.push(`share the host's namespace (${key})`);
    else if (mode.startsWith('container:') && !own.has(mode.slice('container:'.length))) {
      powers.push(`share a namespace with ${mode.slice('container:'.length, 200)}, a container of others (${key})`);
    } else if (mode.startsWith('ns:')) powers.push(`join the namespace ${mode.slice(3, 200)} (${key})`);
  }
  const added = texts(host['CapAdd']).filter(
    (one) => !DEFAULT_CAPABILITIES.has(one.replace(/^CAP_/i, '').toUpperCase()),
  );
  if (added.length > 0) powers.push(`have the capabilities ${added.join(', ').slice(0, 300)}`);
  const security = texts(host['SecurityOpt']).filter((one) => !/^no-new-privileges(?:[:=]true)?$/.test(one));
  if (security.length > 0) powers.push(`run with ${security.join(', ').slice(0, 300)}`);
  for (const [key, expected] of [
    ['MaskedPaths', '/proc/kcore'],
    ['ReadonlyPaths', '/proc/sys'],
  ] as const) {
    if (Array.isArray(host[key]) && !texts(host[key]).includes(expected))
      powers.push(`see what is hidden from others (${key})`);
  }
  for (const key of ['Devices', 'DeviceCgroupRules', 'DeviceRequests']) {
    if (!isEmpty(host[key]))
      powers.push(`have devices of the host (${key}: ${JSON.stringify(host[key]).slice(0, 200)})`);
  }
  if (!RUNTIMES.includes(host['Runtime'])) powers.push(`be run by ${text(host['Runtime']).slice(0, 100)}`);
  if (!isEmpty(host['CgroupParent']))
    powers.push(`be in the control group ${text(host['CgroupParent']).slice(0, 100)}`);
  if (!isEmpty(host['Sysctls']))
    powers.push(`set parameters of the kernel (${JSON.stringify(host['Sysctls']).slice(0, 200)})`);
  const log = isObject(host['LogConfig']) ? host['LogConfig'] : {};
  const others = unknownKeys(log, ['Type', 'Config']);
  if (!LOGS.includes(log['Type']) || others.length > 0)
    powers.push(`send its output elsewhere (${text(log['Type']).slice(0, 100)})`);
  const from = texts(host['VolumesFrom']).filter((one) => !own.has(one.split(':')[0] ?? ''));
  if (from.length > 0) powers.push(`use the volumes of ${from.join(', ').slice(0, 200)}, containers of others`);
  return powers;
}

/** What of the host a container would have mounted, as clauses behind "would". */
export function mountPowers(host: JsonObject): readonly string[] {
  const powers: string[] = [];
  if (!isEmpty(host['VolumeDriver']))
    powers.push(`have its volumes from the driver ${text(host['VolumeDriver']).slice(0, 100)}`);
  if (!isEmpty(host['Binds']) && !Array.isArray(host['Binds'])) powers.push('have mounts that cannot be read (Binds)');
  for (const bind of texts(host['Binds'])) {
    // What begins with neither a letter nor a digit is no volume's name.
    if (!/^[A-Za-z0-9]/.test(bind)) powers.push(`have ${bind.slice(0, 200)} of this host mounted`);
  }
  const mounts: readonly unknown[] = Array.isArray(host['Mounts'])
    ? host['Mounts']
    : isEmpty(host['Mounts'])
      ? []
      : [host['Mounts']];
  for (const mount of mounts) powers.push(...mountPower(mount));
  return powers;
}

function mountPower(mount: unknown): readonly string[] {
  if (!isObject(mount)) return ['have a mount that cannot be read (Mounts)'];
  const type = text(mount['Type']);
  if (type !== 'volume' && type !== 'tmpfs') {
    return [
      `have ${text(mount['Source']).slice(0, 200) || 'something'} mounted as ${type.slice(0, 20) || 'what is not said'}`,
    ];
  }
  const options = isObject(mount['VolumeOptions']) ? mount['VolumeOptions'] : {};
  // A driver's options name directories and servers.
  return [...unknownKeys(mount, OF_MOUNT), ...unknownKeys(options, OF_VOLUME_OPTIONS)].map(
    (what) => `have a mount with ${what}`,
  );
}

/** What its settings in networks give a container, as clauses behind "would". */
export function endpointPowers(endpoints: Readonly<Record<string, JsonObject>>): readonly string[] {
  return Object.values(endpoints).flatMap((endpoint) =>
    unknownKeys(endpoint, OF_ENDPOINT).map((what) => `join a network with ${what}`),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return isObject(value) && Object.keys(value).length === 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : isEmpty(value) ? '' : (JSON.stringify(value) ?? '');
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text).filter((one) => one !== '') : [];
}
