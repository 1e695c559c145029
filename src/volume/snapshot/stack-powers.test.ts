import { describe, expect, it } from 'vitest';
import type { StackDefinition } from './stack-definition.ts';
import { powersOf } from './stack-powers.ts';

const plain = {
  ...{ name: 'db', image: 'postgres:17', digests: [], running: true, binds: [] },
  create: {
    ...{ Hostname: 'db', Env: ['A=b'], Cmd: ['postgres'], Labels: { a: 'b' }, Tty: false, StopTimeout: 10 },
    HostConfig: {
      ...{ Binds: ['shop_db:/data:rw'], NetworkMode: 'shop', IpcMode: 'private', Privileged: false, CapAdd: null },
      ...{ PortBindings: { '80/tcp': [{ HostPort: '8080' }] }, RestartPolicy: { Name: 'always' }, ConsoleSize: [0, 0] },
      ...{
        LogConfig: { Type: 'json-file', Config: {} },
        SecurityOpt: ['no-new-privileges'],
        Runtime: 'runc',
        Isolation: '',
      },
      ...{ MaskedPaths: ['/proc/kcore'], ReadonlyPaths: ['/proc/sys'], CapDrop: ['ALL'], VolumesFrom: ['web:ro'] },
      Mounts: [
        { Type: 'volume', Source: 'x', Target: '/x', VolumeOptions: { NoCopy: true } },
        { Type: 'tmpfs', Target: '/t' },
      ],
    },
  },
  endpoints: { shop: { Aliases: ['database'], IPAMConfig: { IPv4Address: '10.0.0.2' } } },
};

function definition(container: object = {}, more: Partial<StackDefinition> = {}): StackDefinition {
  return {
    ...{ holdfast: 'stack', version: 1, stack: 'shop', kind: 'compose', at: '2026-01-01T00:00:00.000Z' },
    engine: { product: 'docker', version: '28' },
    parts: [{ volume: 'shop_db', snapshot: 'a'.repeat(64) }],
    networks: [{ name: 'shop', create: { Driver: 'bridge', Labels: {} } }],
    containers: [
      { ...plain, ...container },
      { ...plain, name: 'web', create: {}, endpoints: {} },
    ],
    leftOut: [],
    ...more,
  };
}

const withHost = (host: object) => powersOf(definition({ create: { HostConfig: host } })).map(({ what }) => what);

describe('what a definition would get of a host', () => {
  it('is nothing for a plain stack as engines describe it', () => {
    expect(powersOf(definition())).toEqual([]);
  });

  it.each([
    [{ Privileged: true }, 'be privileged'],
    [{ Privileged: 'true' }, 'be privileged'],
    [{ PidMode: 'host' }, 'PidMode'],
    [{ NetworkMode: 'container:proxy' }, 'proxy, a container of others'],
    [{ CapAdd: ['CHOWN', 'cap_sys_admin'] }, 'have the capabilities cap_sys_admin'],
    [{ SecurityOpt: ['seccomp=unconfined'] }, 'seccomp=unconfined'],
    [{ SecurityOpt: ['no-new-privileges=false'] }, 'no-new-privileges=false'],
    [{ MaskedPaths: [] }, 'MaskedPaths'],
    [{ Devices: [{ PathOnHost: '/dev/sda' }] }, '/dev/sda'],
    [{ DeviceCgroupRules: ['a *:* rwm'] }, 'DeviceCgroupRules'],
    [{ Runtime: 'mine' }, 'be run by mine'],
    [{ CgroupParent: '/' }, 'control group'],
    [{ Sysctls: { 'net.ipv4.ip_forward': '1' } }, 'ip_forward'],
    [{ LogConfig: { Type: 'syslog', Config: {} } }, 'syslog'],
    [{ VolumesFrom: ['vault'] }, 'vault'],
    [{ Binds: ['/:/host'] }, 'have /:/host of this host mounted'],
    [{ Binds: ['./x:/host'] }, 'of this host mounted'],
    [{ Binds: { length: 1 } }, 'cannot be read'],
    [{ Mounts: [{ Type: 'bind', Source: '/', Target: '/host' }] }, 'have / mounted as bind'],
    [{ Mounts: [{ type: 'bind', source: '/', target: '/host' }] }, 'mounted as what is not said'],
    [{ Mounts: [{ Type: 'volume', Target: '/x', type: 'bind' }] }, 'the setting type'],
    [{ Mounts: [{ Type: 'volume', VolumeOptions: { DriverConfig: { Options: { device: '/' } } } }] }, 'DriverConfig'],
    [{ VolumeDriver: 'nfs' }, 'the driver nfs'],
    // Go takes keys in any case for the same.
    [{ privileged: true }, 'the setting privileged'],
    [{ BINDS: ['/:/host'] }, 'the setting BINDS'],
    [{ Annotations: { hook: 'x' } }, 'the setting Annotations'],
  ])('%j is named', (host, what) => {
    expect(withHost(host)).toEqual([expect.stringContaining(what)]);
  });

  it('is named outside of a container’s settings, too', () => {
    const powers = (more: Partial<StackDefinition>) => powersOf(definition({}, more)).map(({ what }) => what);
    expect(powers({ parts: [{ volume: '/etc/cron.d', snapshot: 'a'.repeat(64) }] })).toEqual([
      'write /etc/cron.d on this host',
    ]);
    expect(powers({ networks: [{ name: 'n', create: { Driver: 'macvlan', Options: { parent: 'eth0' } } }] })).toEqual([
      'make the network n with the driver macvlan',
    ]);
    expect(powersOf(definition({ create: { hostConfig: { Privileged: true } } }))).toEqual([
      { container: 'db', what: 'be made with the setting hostConfig, which is not known here' },
    ]);
    expect(powersOf(definition({ endpoints: { shop: { DriverOpts: { a: 'b' } } } }))).toMatchObject([
      { container: 'db' },
    ]);
  });

  it('is bounded, and says how much more there is', () => {
    const binds = Array.from({ length: 5000 }, (_, index) => `/dir${index}:/d${index}`);
    const powers = powersOf(definition({ create: { HostConfig: { Binds: binds } } }));
    expect(powers).toHaveLength(201);
    expect(powers.at(-1)?.what).toBe('and 4800 things more');
  });
});
