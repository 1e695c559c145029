import { expect, test } from 'vitest';
import { drillContainer, freshPlace, missingIn, restoredMounts } from '#volume/drill/container.ts';
import { type ContainerDefinition, definitionOf, definitionOfImage } from '#volume/drill/definition.ts';

const IMAGE = `sha256:${'a'.repeat(64)}`;
const raw = {
  Image: IMAGE,
  Config: {
    Image: 'postgres:16',
    Env: ['POSTGRES_PASSWORD=secret'],
    User: '999',
    Cmd: ['postgres', '-c', 'max_connections=10'],
    Entrypoint: null,
    Hostname: 'db',
    ExposedPorts: { '5432/tcp': {} },
    Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.depends_on': 'cache:service_started:false' },
    Healthcheck: { Test: ['CMD', 'pg_isready'] },
  },
  HostConfig: {
    Privileged: true,
    NetworkMode: 'host',
    PidMode: 'host',
    IpcMode: 'host',
    UTSMode: 'host',
    UsernsMode: 'host',
    Binds: ['/etc:/host-etc'],
    Devices: [{ PathOnHost: '/dev/sda' }],
    DeviceRequests: [{ Driver: 'nvidia' }],
    CapAdd: ['SYS_NICE', 'SYS_MODULE', 'cap_sys_admin', 'ALL'],
    CapDrop: ['NET_RAW'],
    SecurityOpt: ['seccomp=unconfined', 'no-new-privileges:true'],
    Memory: 0,
    PidsLimit: 100_000,
    ShmSize: 8 * 1024 ** 3,
    RestartPolicy: { Name: 'always' },
    PortBindings: { '5432/tcp': [{ HostPort: '5432' }] },
    Tmpfs: { '/run': 'size=1m' },
    VolumesFrom: ['other'],
    Runtime: 'odd',
    CgroupParent: '/elsewhere',
  },
  Mounts: [
    { Type: 'volume', Name: 'data', Destination: '/var/lib/postgresql/data' },
    { Type: 'volume', Name: 'other', Destination: '/other' },
    { Type: 'bind', Source: '/etc', Destination: '/host-etc' },
    { Type: 'tmpfs', Destination: '/cache' },
  ],
};
const body = (definition: ContainerDefinition) =>
  drillContainer(definition, {
    mounts: restoredMounts(definition, 'data', 'holdfast-drill-1'),
    checksHealth: true,
    image: IMAGE,
    labels: { 'holdfast.drill': '1' },
  });

test('a drill’s container is the writer’s, without network, privileges, or anything of the host', () => {
  expect(body(definitionOf(raw))).toEqual({
    Image: IMAGE,
    Env: ['POSTGRES_PASSWORD=secret'],
    User: '999',
    Cmd: ['postgres', '-c', 'max_connections=10'],
    Hostname: 'db',
    Healthcheck: { Test: ['CMD', 'pg_isready'] },
    Labels: { 'holdfast.drill': '1' },
    HostConfig: {
      NetworkMode: 'none',
      IpcMode: 'private',
      Privileged: false,
      CapAdd: ['SYS_NICE'],
      CapDrop: ['NET_RAW'],
      SecurityOpt: ['no-new-privileges:true'],
      Memory: 2 * 1024 ** 3,
      MemorySwap: 2 * 1024 ** 3,
      PidsLimit: 2048,
      ShmSize: 1024 ** 3,
      Tmpfs: { '/run': 'size=1m' },
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '1' } },
      Mounts: [
        {
          Type: 'volume',
          Source: 'holdfast-drill-1',
          Target: '/var/lib/postgresql/data',
          VolumeOptions: { NoCopy: true },
        },
        { Type: 'tmpfs', Target: '/cache', TmpfsOptions: { SizeBytes: 1024 ** 3 } },
      ],
    },
  });
});

test('what it has not is told', () => {
  expect(missingIn(definitionOf(raw), 'data')).toEqual([
    'what is mounted at /other, /host-etc',
    'its privileges',
    'the services that it depends on',
  ]);
  expect(missingIn(definitionOf({ ...raw, HostConfig: {}, Config: {}, Mounts: [] }), 'data')).toEqual([]);
});

test('with the image alone, its own defaults are left to the engine', () => {
  const image = { Id: IMAGE, Config: { Healthcheck: { Test: ['NONE'] }, Env: ['A=b'] } };
  const definition = definitionOfImage(image, 'app', 'data', '/data');
  expect(definition.hasHealthCheck).toBe(false);
  expect(body(definition)).toMatchObject({
    Image: IMAGE,
    HostConfig: { NetworkMode: 'none', Mounts: [{ Target: '/data' }] },
  });
  expect(body(definition)).not.toHaveProperty('Env');
});

test('descriptions that are not what the engine promises give nothing, not an error', () => {
  for (const odd of [{}, { Config: 'x', HostConfig: 3, Mounts: null }, { Mounts: [{ Type: 'volume' }] }]) {
    expect(body(definitionOf(odd))).toMatchObject({ HostConfig: { NetworkMode: 'none', Mounts: [] } });
  }
});

test('a server for dumps has an empty volume where its data goes, and the dumps to read; nobody asks for its health', () => {
  const definition = definitionOf(raw);
  expect(freshPlace(definition, 'data', ['/var/lib/postgresql/data'])).toBe('/var/lib/postgresql/data');
  // The snapshot is of another volume of the container.
  expect(freshPlace(definition, 'other', ['/var/lib/postgresql'])).toBe('/var/lib/postgresql/data');
  expect(freshPlace(definition, 'other', [])).toBe('/other');
  // Its data is on no volume.
  expect(freshPlace(definition, 'data', ['/elsewhere'])).toBeUndefined();
  const mounts = [
    { volume: 'holdfast-drill-1-load1', destination: '/var/lib/postgresql/data', content: 'fresh' },
    { volume: 'holdfast-drill-1-load1-dumps', destination: '/holdfast-dumps', content: 'as-it-is', readOnly: true },
  ] as const;
  const made = drillContainer(definition, { mounts, checksHealth: false, image: IMAGE, labels: {} });
  expect(made).toMatchObject({
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      Privileged: false,
      Mounts: [
        { Source: 'holdfast-drill-1-load1', VolumeOptions: { NoCopy: false } },
        { Target: '/holdfast-dumps', ReadOnly: true, VolumeOptions: { NoCopy: true } },
        { Type: 'tmpfs' },
      ],
    },
  });
});
