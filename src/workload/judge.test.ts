import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS } from '#workload/dialects/list.ts';
import { RUN_RULES } from '#workload/rules/list.ts';
import { judged, readFrom, rulesOf } from '#workload/workloads.fixture.ts';
import { runs } from '../../test/harness/runs.ts';

describe('the rules', () => {
  it('have ids of their own', () => {
    const ids = RUN_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^run\/[a-z]+(?:-[a-z]+)*$/);
  });

  it.each(RUN_RULES.map((rule) => [rule.id, rule] as const))(
    '%s speaks of its bad example, and not of its good one',
    async (id, rule) => {
      const said = async (text: string) => {
        const all = await judged({ 'f.yaml': text });
        expect(all.flatMap(({ problems }) => problems)).toEqual([]);
        expect(all).not.toEqual([]);
        return all.flatMap(({ reasons }) => reasons).filter((reason) => reason.rule === id);
      };
      const [found] = await said(rule.bad);
      expect(found).toBeDefined();
      expect(found?.sentence).toMatch(/^[A-Z].*\.$/);
      expect(found?.positions[0]).toMatchObject({ kind: 'file', path: 'f.yaml' });
      expect(await said(rule.good)).toEqual([]);
    },
  );
});

it('the list of dialects names every folder once', () => {
  const folders = readdirSync('src/workload/dialects', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(DIALECTS.map(({ id }) => id).sort()).toEqual(folders.map(({ name }) => name).sort());
});

const SECRET = 'correct-horse-battery';
const COMPOSE = `services:
  web:
    image: example/web
    privileged: true
    user: root
    network_mode: host
    pid: host
    ipc: host
    cap_add: [SYS_ADMIN]
    security_opt: [apparmor:unconfined]
    sysctls: [kernel.msgmax=1]
    devices: [/dev/sda]
    volumes: [/var/run/docker.sock:/var/run/docker.sock, /etc:/host]
    environment: [DB_PASSWORD=${SECRET}]
  db:
    image: postgres:16
`;
const DOCKER = [
  {
    Id: 'a'.repeat(64),
    Name: '/web',
    Config: { Image: 'example/web', User: 'root', Env: [`DB_PASSWORD=${SECRET}`] },
    HostConfig: {
      Privileged: true,
      NetworkMode: 'host',
      PidMode: 'host',
      IpcMode: 'host',
      CapAdd: ['CAP_SYS_ADMIN'],
      SecurityOpt: ['apparmor=unconfined'],
      Sysctls: { 'kernel.msgmax': '1' },
      Devices: [{ PathOnHost: '/dev/sda' }],
      Binds: ['/var/run/docker.sock:/var/run/docker.sock', '/etc:/host'],
      Memory: 0,
      PidsLimit: null,
    },
  },
  { Name: '/db', Config: { Image: 'postgres:16' }, HostConfig: { NetworkMode: 'shop_default' } },
];
const KUBERNETES = `apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      template:
        metadata: {annotations: {}}
        spec:
          automountServiceAccountToken: false
          hostNetwork: true
          hostPID: true
          hostIPC: true
          securityContext:
            sysctls: [{name: kernel.msgmax, value: "1"}]
          containers:
            - name: web
              image: example/web
              env: [{name: DB_PASSWORD, value: ${SECRET}}]
              securityContext:
                privileged: true
                runAsUser: 0
                capabilities: {add: [SYS_ADMIN]}
                appArmorProfile: {type: Unconfined}
              volumeMounts:
                - {name: socket, mountPath: /var/run/docker.sock}
                - {name: etc, mountPath: /host}
          volumes:
            - {name: socket, hostPath: {path: /var/run/docker.sock}}
            - {name: etc, hostPath: {path: /etc}}
  - apiVersion: v1
    kind: Pod
    metadata: {name: db, namespace: shop, labels: {app: db}}
    spec:
      automountServiceAccountToken: false
      containers: [{name: db, image: "postgres:16"}]
  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: db, namespace: shop}
    spec: {podSelector: {matchLabels: {app: db}}}
`;
const task = (rest: object, container: object) => ({
  Type: 'AWS::ECS::TaskDefinition',
  Properties: { ContainerDefinitions: [container], ...rest },
});
const ECS = {
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: {
    web: task(
      {
        NetworkMode: 'host',
        PidMode: 'host',
        IpcMode: 'host',
        Volumes: [
          { Name: 'socket', Host: { SourcePath: '/var/run/docker.sock' } },
          { Name: 'etc', Host: { SourcePath: '/etc' } },
        ],
      },
      {
        Name: 'web',
        Image: 'example/web',
        Privileged: true,
        User: 'root',
        Environment: [{ Name: 'DB_PASSWORD', Value: SECRET }],
        DockerSecurityOptions: ['apparmor:unconfined'],
        SystemControls: [{ Namespace: 'kernel.msgmax', Value: '1' }],
        LinuxParameters: { Capabilities: { Add: ['SYS_ADMIN'] }, Devices: [{ HostPath: '/dev/sda' }] },
        MountPoints: [
          { SourceVolume: 'socket', ContainerPath: '/var/run/docker.sock' },
          { SourceVolume: 'etc', ContainerPath: '/host' },
        ],
      },
    ),
    db: task({ NetworkMode: 'awsvpc' }, { Name: 'db', Image: 'postgres:16' }),
  },
};

describe('one insecure service gives the same findings', () => {
  const everywhere: readonly (readonly [string, string])[] = [
    ['docker.json', JSON.stringify(DOCKER, undefined, 2)],
    ['compose.yaml', COMPOSE],
    ['pod.yaml', KUBERNETES],
    ['task.json', JSON.stringify(ECS, undefined, 2)],
  ];
  const EXPECTED = [
    'apparmor-off',
    'capabilities-added',
    'capabilities-kept',
    'data-not-kept',
    'engine-socket',
    'host-device',
    'host-ipc',
    'host-network',
    'host-pid',
    'latest-image',
    'no-health-check',
    'no-limits',
    'privilege-escalation',
    'privileged',
    'root-user',
    'secret-in-environment',
    'sensitive-host-path',
    'unpinned-image',
    'unsafe-sysctl',
    'writable-root',
  ];

  it.each(everywhere)('in %s', async (path, text) => {
    // Kubernetes has no way to ask for a device.
    const expected = path === 'pod.yaml' ? EXPECTED.filter((rule) => rule !== 'host-device') : EXPECTED;
    expect(await rulesOf(text, path)).toEqual(expected);
  });

  it.each(everywhere)('and %s never shows a secret', async (path, text) => {
    expect(JSON.stringify(await judged({ [path]: text }))).not.toContain(SECRET);
  });

  it('of the same severity', async () => {
    const levels = await Promise.all(
      everywhere.map(async ([path, text]) => {
        const reasons = (await judged({ [path]: text })).flatMap((one) => one.reasons);
        const levels = reasons
          .filter(({ rule }) => rule !== 'run/host-device')
          .map(({ rule, severity }) => `${rule} ${severity}`);
        return [...new Set(levels)].sort();
      }),
    );
    for (const one of levels) expect(one).toEqual(levels[0]);
  });
});

describe('what is not known is not guessed', () => {
  it.each([
    [
      'a template of Helm',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - image: {{ .Values.image }}\n',
    ],
    ['one in quotes', 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: "{{ .Values.image }}:1"\n'],
    ['one that is no YAML', '{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n'],
    ['a template of Jinja', '{% if on %}\napiVersion: v1\nkind: Pod\n{% endif %}\n  x: y: z\n'],
  ])('%s is said to be one', async (_, text) => {
    const [one, ...rest] = await judged({ 'f.yaml': text });
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ kind: 'template', reasons: [], problems: [{ code: 'WORKLOAD_TEMPLATE' }] });
  });

  it('but templates for others, inside values, are values', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  rule: "{{ $labels.instance }}"\n  t: |\n    {{ if .Values.x }}\n';
    expect(await judged({ 'f.yaml': text })).toMatchObject([
      { kind: 'kubernetes', document: 'ConfigMap/a', problems: [] },
    ]);
  });

  it('a file of 10 MB is a problem', async () => {
    const [one] = await judged({ 'compose.yaml': `services:\n${'  a: {image: b}\n'.repeat(700_000)}` });
    expect(one).toMatchObject({ kind: 'unknown', problems: [{ code: 'WORKLOAD_TOO_LARGE' }] });
  });

  it('a reference into a template of CloudFormation is unknown, not unset', async () => {
    const text = `Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Memory: !Ref Memory
      Cpu: !If [Big, 2, 1]
      ContainerDefinitions:
        - Name: web
          Image: !Sub "\${Registry}/web:latest"
          User: !Ref User
          ReadonlyRootFilesystem: !Ref Hard
`;
    const rules = await rulesOf(text);
    for (const rule of ['root-user', 'latest-image', 'no-limits', 'writable-root']) expect(rules).not.toContain(rule);
  });
});

describe('whatever a document says', () => {
  const word = fc.constantFrom(
    '',
    'host',
    'a:b',
    '/etc:/x:ro',
    '80:80',
    ['$', '{A:-x}'].join(''),
    '$',
    '/',
    '0',
    'root',
    '{{ x }}',
    '::',
    'a=b',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      word,
      fc.boolean(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      tie('map'),
    ),
    map: fc.dictionary(
      fc.constantFrom(
        'image',
        'volumes',
        'ports',
        'environment',
        'network_mode',
        'extends',
        'deploy',
        'spec',
        'containers',
        'HostConfig',
        'Mounts',
        'name',
        'securityContext',
        'target',
        'type',
        'build',
        'healthcheck',
        'rules',
        'subjects',
      ),
      tie('any'),
      { maxKeys: 5 },
    ),
  })).any;

  it.each([
    [
      'compose',
      (inner: unknown) => ({ services: { web: inner, db: inner }, volumes: inner, networks: inner, include: inner }),
    ],
    [
      'kubernetes',
      (inner: unknown) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: inner,
        spec: { containers: [inner], volumes: inner, securityContext: inner },
      }),
    ],
    [
      'rights',
      (inner: unknown) => ({ apiVersion: 'v1', kind: 'ClusterRole', metadata: inner, rules: inner, subjects: inner }),
    ],
    ['docker', (inner: unknown) => ({ Image: 'a', HostConfig: inner, Config: inner, Env: inner, Mounts: inner })],
    ['ecs', (inner: unknown) => ({ containerDefinitions: [inner], volumes: inner, taskRoleArn: inner })],
  ])('%s does not throw', async (_, wrap) => {
    await fc.assert(
      fc.asyncProperty(value, async (inner) => {
        await judged({ 'f.json': JSON.stringify(wrap(inner)) });
      }),
      { numRuns: runs(150) },
    );
  });

  it('and texts that are nothing are nothing', async () => {
    for (const text of ['', '---\n---\n', '# only a comment\n', '[]', '{}', '"a"', 'null']) {
      expect(await readFrom({ f: text })).toMatchObject({ documents: [], problems: [], state: 'read' });
    }
  });
});
