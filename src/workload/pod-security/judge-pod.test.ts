import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checksOf,
  judgePod,
  NEWEST_MINOR,
  type PodSecurityStandard,
  parseStandard,
} from '#workload/pod-security/judge-pod.ts';
import { POD_SECURITY_CHECKS } from '#workload/pod-security/list.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';
import { readWorkloads } from '#workload/read-workloads.ts';
import { runs } from '../../../test/harness/runs.ts';

type Fields = Readonly<Record<string, unknown>>;

const HARD = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const container = (security: Fields = {}, rest: Fields = {}) => ({
  name: 'c',
  image: 'registry.example/pause',
  securityContext: { ...HARD, ...security },
  ...rest,
});
const init = { ...container(), name: 'i' };
const ofPod = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

/** A pod that passes every level of every version, with something changed. */
const pod = (spec: Fields = {}, metadata: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [container()], initContainers: [init], securityContext: ofPod, ...spec },
});
const withContainer = (security: Fields, rest: Fields = {}) => pod({ containers: [container(security, rest)] });
const withPod = (security: Fields) => pod({ securityContext: { ...ofPod, ...security } });

async function podsOf(object: unknown): Promise<readonly PodFacts[]> {
  const read = await readWorkloads(
    // What stands between lines is written as it is: a number of JavaScript has no way to keep its point.
    { path: 'p.json', text: JSON.stringify(object).replaceAll(/"as-it-is:|:as-it-is"/g, '') },
    { beside: async () => undefined, variable: () => undefined },
  );
  expect(read.problems).toEqual([]);
  return read.documents.flatMap(({ pod: facts }) => facts?.() ?? []);
}

function failedOf(pods: readonly PodFacts[], standard: PodSecurityStandard): readonly string[] {
  return pods.flatMap((facts) => judgePod(standard, facts).map(({ id }) => id));
}

async function failed(object: unknown, standard: PodSecurityStandard | string): Promise<readonly string[]> {
  return failedOf(await podsOf(object), typeof standard === 'string' ? parseStandard(standard) : standard);
}

/** The runs of minor versions in which a pod fails, as `0-18 35-37`, and by what. */
async function failures(object: unknown, level: PodSecurityStandard['level']): Promise<string> {
  const runs: { from: number; to: number; ids: string }[] = [];
  const pods = await podsOf(object);
  for (let minor = 0; minor <= NEWEST_MINOR; minor += 1) {
    const ids = failedOf(pods, { level, minor }).join('+');
    const last = runs.at(-1);
    if (last?.ids === ids) last.to = minor;
    else runs.push({ from: minor, to: minor, ids });
  }
  return runs
    .filter(({ ids }) => ids !== '')
    .map(({ from, to, ids }) => `${from}-${to} ${ids}`)
    .join(', ');
}

const withProbe = (name: string, action: string) => withContainer({}, { [name]: { [action]: { host: 'h', port: 1 } } });
const seccompAnnotation = 'seccomp.security.alpha.kubernetes.io';

// What is changed, the versions in which each level then fails, and by which checks.
const CASES: readonly (readonly [string, object, string, string])[] = [
  ['nothing', pod(), '', ''],
  ['the host’s network', pod({ hostNetwork: true }), '0-37 hostNamespaces', '0-37 hostNamespaces'],
  ['the host’s processes', pod({ hostPID: true }), '0-37 hostNamespaces', '0-37 hostNamespaces'],
  ['the host’s IPC', pod({ hostIPC: true }), '0-37 hostNamespaces', '0-37 hostNamespaces'],
  ['none of them', pod({ hostNetwork: false, hostPID: null, hostIPC: false }), '', ''],
  ['privileged', withContainer({ privileged: true }), '0-37 privileged', '0-37 privileged'],
  [
    'privileged init container',
    pod({ initContainers: [{ ...init, securityContext: { ...HARD, privileged: true } }] }),
    '0-37 privileged',
    '0-37 privileged',
  ],
  [
    'privileged ephemeral container',
    pod({ ephemeralContainers: [{ ...init, securityContext: { ...HARD, privileged: true } }] }),
    '0-37 privileged',
    '0-37 privileged',
  ],
  [
    'NET_RAW',
    withContainer({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }),
    '0-37 capabilities_baseline',
    '0-21 capabilities_baseline, 22-37 capabilities_restricted',
  ],
  ['CHOWN', withContainer({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }), '', '22-37 capabilities_restricted'],
  ['NET_BIND_SERVICE', withContainer({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), '', ''],
  [
    'a capability in lower case, which Kubernetes does not know',
    withContainer({ capabilities: { drop: ['all'], add: ['chown'] } }),
    '0-37 capabilities_baseline',
    '0-21 capabilities_baseline, 22-37 capabilities_restricted',
  ],
  [
    'a capability without a name',
    withContainer({ capabilities: { drop: ['ALL'], add: [null] } }),
    '0-37 capabilities_baseline',
    '0-21 capabilities_baseline, 22-37 capabilities_restricted',
  ],
  [
    'every capability dropped by its own name',
    withContainer({ capabilities: { drop: ['CHOWN', 'NET_RAW'] } }),
    '',
    '22-37 capabilities_restricted',
  ],
  ['no capabilities at all', withContainer({ capabilities: null }), '', '22-37 capabilities_restricted'],
  [
    'hostPath',
    pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    '0-37 hostPathVolumes',
    '0-37 restrictedVolumes',
  ],
  ['nfs', pod({ volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] }), '', '0-37 restrictedVolumes'],
  ['a volume without source', pod({ volumes: [{ name: 'v' }] }), '', ''],
  ['a hostPath that is null', pod({ volumes: [{ name: 'v', hostPath: null }] }), '', ''],
  [
    'volumes of every allowed kind',
    pod({
      volumes: [
        'configMap',
        'csi',
        'downwardAPI',
        'emptyDir',
        'ephemeral',
        'image',
        'persistentVolumeClaim',
        'projected',
        'secret',
      ].map((kind) => ({ name: kind, [kind]: {} })),
    }),
    '',
    '',
  ],
  ['a port of the host', withContainer({}, { ports: [{ hostPort: 80 }] }), '0-37 hostPorts', '0-37 hostPorts'],
  [
    'a port of the host that is written with a point',
    withContainer({}, { ports: [{ hostPort: 'as-it-is:80.0:as-it-is' }] }),
    '0-37 hostPorts',
    '0-37 hostPorts',
  ],
  ['port 0', withContainer({}, { ports: [{ hostPort: 0 }, { containerPort: 80 }] }), '', ''],
  [
    'a liveness probe elsewhere',
    withProbe('livenessProbe', 'httpGet'),
    '34-37 hostProbesAndHostLifecycle',
    '34-37 hostProbesAndHostLifecycle',
  ],
  [
    'a readiness probe elsewhere',
    withProbe('readinessProbe', 'tcpSocket'),
    '34-37 hostProbesAndHostLifecycle',
    '34-37 hostProbesAndHostLifecycle',
  ],
  [
    'a startup probe elsewhere',
    withProbe('startupProbe', 'httpGet'),
    '34-37 hostProbesAndHostLifecycle',
    '34-37 hostProbesAndHostLifecycle',
  ],
  [
    'a lifecycle handler elsewhere',
    withContainer({}, { lifecycle: { preStop: { tcpSocket: { host: 'h' } } } }),
    '34-37 hostProbesAndHostLifecycle',
    '34-37 hostProbesAndHostLifecycle',
  ],
  [
    'an init container’s handler elsewhere, be it this host',
    pod({ initContainers: [{ ...init, lifecycle: { postStart: { httpGet: { host: '::1' } } } }] }),
    '34-37 hostProbesAndHostLifecycle',
    '34-37 hostProbesAndHostLifecycle',
  ],
  ['a probe of no host', withContainer({}, { livenessProbe: { httpGet: { host: '' } } }), '', ''],
  [
    'AppArmor off',
    withPod({ appArmorProfile: { type: 'Unconfined' } }),
    '0-37 appArmorProfile',
    '0-37 appArmorProfile',
  ],
  ['an empty AppArmor profile', withContainer({ appArmorProfile: {} }), '0-37 appArmorProfile', '0-37 appArmorProfile'],
  ['an AppArmor profile of the node', withContainer({ appArmorProfile: { type: 'Localhost' } }), '', ''],
  [
    'AppArmor off by annotation',
    pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } }),
    '0-37 appArmorProfile',
    '0-37 appArmorProfile',
  ],
  [
    'AppArmor off by annotation of no container',
    pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/x': 'unconfined' } }),
    '0-37 appArmorProfile',
    '0-37 appArmorProfile',
  ],
  [
    'AppArmor annotations that are allowed',
    pod(
      {},
      {
        annotations: {
          'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x',
          'container.apparmor.security.beta.kubernetes.io/i': '',
          'container.apparmor.security.beta.kubernetes.io/j': null,
        },
      },
    ),
    '',
    '',
  ],
  ['an SELinux type', withPod({ seLinuxOptions: { type: 'spc_t' } }), '0-37 seLinuxOptions', '0-37 seLinuxOptions'],
  [
    'container_engine_t',
    withContainer({ seLinuxOptions: { type: 'container_engine_t' } }),
    '0-30 seLinuxOptions',
    '0-30 seLinuxOptions',
  ],
  ['an SELinux user', withContainer({ seLinuxOptions: { user: 'u' } }), '0-37 seLinuxOptions', '0-37 seLinuxOptions'],
  ['an SELinux role', withContainer({ seLinuxOptions: { role: 'r' } }), '0-37 seLinuxOptions', '0-37 seLinuxOptions'],
  ['an SELinux level', withContainer({ seLinuxOptions: { type: 'container_kvm_t', level: 's0' } }), '', ''],
  [
    'procMount Unmasked',
    withContainer({ procMount: 'Unmasked' }),
    '0-37 procMount',
    '0-34 procMount, 35-37 procMount_restricted',
  ],
  [
    'procMount Unmasked with users of its own',
    pod({ hostUsers: false, containers: [container({ procMount: 'Unmasked' })] }),
    '0-34 procMount',
    '0-34 procMount, 35-37 procMount_restricted',
  ],
  [
    'procMount Unmasked with the users of the host, said so',
    pod({ hostUsers: true, initContainers: [{ ...init, securityContext: { ...HARD, procMount: 'Unmasked' } }] }),
    '0-37 procMount',
    '0-34 procMount, 35-37 procMount_restricted',
  ],
  ['procMount Default', withContainer({ procMount: 'Default' }), '', ''],
  [
    'seccomp off by annotation',
    pod({}, { annotations: { [`${seccompAnnotation}/pod`]: 'unconfined' } }),
    '0-18 seccompProfile_baseline',
    '0-18 seccompProfile_baseline',
  ],
  [
    'seccomp by an annotation that says nothing',
    pod({}, { annotations: { [`${seccompAnnotation}/pod`]: null } }),
    '0-18 seccompProfile_baseline',
    '0-18 seccompProfile_baseline',
  ],
  [
    'seccomp off by annotation of one container',
    pod({}, { annotations: { [`container.${seccompAnnotation}/i`]: 'unconfined' } }),
    '0-18 seccompProfile_baseline',
    '0-18 seccompProfile_baseline',
  ],
  [
    'seccomp off by annotation of no container',
    pod(
      {},
      {
        annotations: {
          [`container.${seccompAnnotation}/x`]: 'unconfined',
          [`${seccompAnnotation}/pod`]: 'docker/default',
        },
      },
    ),
    '',
    '',
  ],
  [
    'seccomp off',
    withContainer({ seccompProfile: { type: 'Unconfined' } }),
    '19-37 seccompProfile_baseline',
    '19-37 seccompProfile_restricted',
  ],
  ['seccomp unset', withPod({ seccompProfile: null }), '', '19-37 seccompProfile_restricted'],
  [
    'seccomp set by each container',
    pod({
      securityContext: { runAsNonRoot: true },
      containers: [container({ seccompProfile: { type: 'Localhost', localhostProfile: 'x' } })],
      initContainers: [],
    }),
    '',
    '',
  ],
  ['an unknown sysctl', withPod({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] }), '0-37 sysctls', '0-37 sysctls'],
  [
    'a sysctl of 1.27',
    withPod({ sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports' }] }),
    '0-26 sysctls',
    '0-26 sysctls',
  ],
  ['a sysctl of 1.29', withPod({ sysctls: [{ name: 'net.ipv4.tcp_keepalive_time' }] }), '0-28 sysctls', '0-28 sysctls'],
  ['a sysctl of 1.32', withPod({ sysctls: [{ name: 'net.ipv4.tcp_rmem' }] }), '0-31 sysctls', '0-31 sysctls'],
  ['a sysctl of 1.37', withPod({ sysctls: [{ name: 'net.ipv4.tcp_notsent_lowat' }] }), '0-36 sysctls', '0-36 sysctls'],
  [
    'a process of the Windows host',
    withPod({ windowsOptions: { hostProcess: true } }),
    '0-37 windowsHostProcess',
    '0-37 windowsHostProcess',
  ],
  [
    'privilege escalation allowed',
    withContainer({ allowPrivilegeEscalation: true }),
    '',
    '8-37 allowPrivilegeEscalation',
  ],
  [
    'privilege escalation unset',
    withContainer({ allowPrivilegeEscalation: null }),
    '',
    '8-37 allowPrivilegeEscalation',
  ],
  [
    'no security context',
    withContainer({}, { securityContext: undefined }),
    '',
    '8-21 allowPrivilegeEscalation, 22-37 allowPrivilegeEscalation+capabilities_restricted',
  ],
  ['root allowed by the pod', withPod({ runAsNonRoot: false }), '', '0-37 runAsNonRoot'],
  ['root allowed by a container', withContainer({ runAsNonRoot: false }), '', '0-37 runAsNonRoot'],
  ['nothing said of root', withPod({ runAsNonRoot: null }), '', '0-37 runAsNonRoot'],
  [
    'root refused by each container',
    pod({
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container({ runAsNonRoot: true })],
      initContainers: [],
    }),
    '',
    '',
  ],
  [
    'root with users of its own',
    pod({ hostUsers: false, securityContext: { ...ofPod, runAsNonRoot: false, runAsUser: 0 } }),
    '',
    '0-22 runAsNonRoot, 23-34 runAsNonRoot+runAsUser',
  ],
  ['user 0', withContainer({ runAsUser: 0 }), '', '23-37 runAsUser'],
  ['user 0 of the pod', withPod({ runAsUser: 0 }), '', '23-37 runAsUser'],
  ['user 0 that is written with a point', withContainer({ runAsUser: 'as-it-is:0.0:as-it-is' }), '', '23-37 runAsUser'],
  ['user 1000', withContainer({ runAsUser: 1000 }), '', ''],
  [
    'a process of the Windows host in an init container, of a pod that is for Windows',
    pod({
      os: { name: 'windows' },
      initContainers: [{ ...init, securityContext: { ...HARD, windowsOptions: { hostProcess: true } } }],
    }),
    '0-37 windowsHostProcess',
    '0-37 windowsHostProcess',
  ],
  [
    'a Linux pod without what only Linux has',
    pod({
      os: { name: 'linux' },
      securityContext: { runAsNonRoot: true },
      containers: [{ name: 'c', image: 'i' }],
      initContainers: [],
    }),
    '',
    '8-18 allowPrivilegeEscalation, 19-21 allowPrivilegeEscalation+seccompProfile_restricted, 22-37 allowPrivilegeEscalation+capabilities_restricted+seccompProfile_restricted',
  ],
  [
    'a Windows pod without what only Linux has',
    pod({
      os: { name: 'windows' },
      securityContext: { runAsNonRoot: true },
      containers: [{ name: 'c', image: 'i' }],
      initContainers: [],
    }),
    '',
    '8-18 allowPrivilegeEscalation, 19-21 allowPrivilegeEscalation+seccompProfile_restricted, 22-24 allowPrivilegeEscalation+capabilities_restricted+seccompProfile_restricted',
  ],
];

describe('the checks of the Pod Security Standards, by version', () => {
  it.each(CASES)('%s', async (_, object, baseline, restricted) => {
    expect(await failures(object, 'baseline')).toBe(baseline);
    expect(await failures(object, 'restricted')).toBe(restricted);
  });

  it('are all asked by some version, and each has its place in a case above', () => {
    const asked = new Set(
      Array.from({ length: NEWEST_MINOR + 1 }, (_, minor) => minor).flatMap((minor) =>
        (['baseline', 'restricted'] as const).flatMap((level) => checksOf({ level, minor }).map(({ id }) => id)),
      ),
    );
    expect([...asked].sort()).toEqual(POD_SECURITY_CHECKS.map(({ id }) => id).sort());
    const said = CASES.map(([, , baseline, restricted]) => `${baseline} ${restricted}`).join(' ');
    for (const id of asked) expect(said).toContain(id);
  });
});

describe('pods are found', () => {
  const template = { metadata: {}, spec: { ...pod().spec, hostNetwork: true } };
  const object = (kind: string, rest: object) => ({ apiVersion: 'x/v1', kind, metadata: { name: 'n' }, ...rest });

  it.each([
    object('Deployment', { spec: { template } }),
    object('StatefulSet', { spec: { template } }),
    object('DaemonSet', { spec: { template } }),
    object('ReplicaSet', { spec: { template } }),
    object('ReplicationController', { spec: { template } }),
    object('Job', { spec: { template } }),
    object('CronJob', { spec: { jobTemplate: { spec: { template } } } }),
    object('PodTemplate', { template }),
    { apiVersion: 'v1', kind: 'List', items: [pod({ hostNetwork: true })] },
    { apiVersion: 'v1', kind: 'PodList', items: [{ spec: template.spec, metadata: {} }] },
    {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'List', items: [pod({ hostNetwork: true })] }],
    },
  ])('in %s', async (given) => {
    expect(await failed(given, 'pss:baseline:latest')).toEqual(['hostNamespaces']);
  });

  it('in nothing else', async () => {
    expect(await failed(object('Service', { spec: { hostNetwork: true } }), 'pss:restricted:latest')).toEqual([]);
  });
});

describe('standards are named', () => {
  it('by level and version', () => {
    expect(parseStandard('pss:baseline:v1.0')).toEqual({ level: 'baseline', minor: 0 });
    expect(parseStandard('pss:restricted:v1.36')).toEqual({ level: 'restricted', minor: 36 });
    expect(parseStandard('pss:restricted:latest')).toEqual({ level: 'restricted', minor: NEWEST_MINOR });
    expect(parseStandard('pss:baseline')).toEqual({ level: 'baseline', minor: NEWEST_MINOR });
  });

  it.each([
    'pss',
    'pss:privileged',
    'pss:baseline:1.36',
    'pss:baseline:v2.0',
    'pss:baseline:v1.38',
    'pss:baseline:v1.01',
  ])('and %s is none', (text) => {
    expect(() => parseStandard(text)).toThrow(expect.objectContaining({ code: 'LINT_STANDARD', kind: 'usage' }));
  });
});

const flag = fc.constantFrom(true, false, null, 'yes', 'nonsense', 0);
const anySecurity = fc.record(
  {
    privileged: flag,
    allowPrivilegeEscalation: flag,
    runAsNonRoot: flag,
    runAsUser: fc.constantFrom(0, 1, '0', null, {}),
    procMount: fc.constantFrom('Default', 'Unmasked', '', null),
    capabilities: fc.record(
      { add: fc.subarray(['CHOWN', 'SYS_ADMIN']), drop: fc.subarray(['ALL', 'KILL']) },
      { requiredKeys: [] },
    ),
    seccompProfile: fc.constantFrom({}, { type: 'RuntimeDefault' }, { type: 'Unconfined' }, null, []),
    seLinuxOptions: fc.constantFrom({}, { type: 'x' }, null),
    windowsOptions: fc.constantFrom({}, { hostProcess: true }),
  },
  { requiredKeys: [] },
);
const anyContainer = fc.record(
  { name: fc.constantFrom('a', 'b', ''), securityContext: anySecurity },
  { requiredKeys: [] },
);
const anySpec = fc.record(
  {
    hostNetwork: flag,
    hostUsers: flag,
    os: fc.constantFrom({ name: 'windows' }, { name: 'linux' }, null),
    securityContext: anySecurity,
    containers: fc.array(anyContainer, { maxLength: 3 }),
    initContainers: fc.oneof(fc.array(anyContainer, { maxLength: 2 }), fc.jsonValue()),
    volumes: fc.array(fc.constantFrom({ name: 'v', hostPath: {} }, { name: 'w', emptyDir: {} }, { name: 'x' }, null)),
  },
  { requiredKeys: [] },
);

describe('whatever a pod says', () => {
  const minors = fc.integer({ min: 0, max: NEWEST_MINOR });

  it('restricted forbids all that baseline forbids, but what a user namespace or Windows makes harmless', async () => {
    await fc.assert(
      fc.asyncProperty(anySpec, minors, async (spec, minor) => {
        const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
        const baseline = await failed(object, { level: 'baseline', minor });
        const restricted = await failed(object, { level: 'restricted', minor });
        const windows = (spec.os as { name?: string } | null | undefined)?.name === 'windows' && minor >= 25;
        if (baseline.length > 0 && !windows) expect(restricted.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(100) },
    );
  });

  it('nothing of it throws, and what a check forbids has a place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anySpec, fc.jsonValue()), minors, async (spec, minor) => {
        const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
        const read = await readWorkloads(
          { path: 'p', text: JSON.stringify(object, null, 1) },
          { beside: async () => undefined, variable: () => undefined },
        );
        for (const { pod: facts } of read.documents) {
          if (facts === undefined) continue;
          for (const { violations } of judgePod({ level: 'restricted', minor }, facts())) {
            for (const { at } of violations) expect(at).toMatchObject({ kind: 'file', path: 'p' });
          }
        }
      }),
      { numRuns: runs(100) },
    );
  });
});
