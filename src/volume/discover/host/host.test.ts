import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseMountTable } from '#volume/discover/host/mount-table.ts';
import { networkOf, networkOfOptions } from '#volume/discover/host/network.ts';
import { outsideMountsOf, readHostMounts } from '#volume/discover/host/outside-mounts.ts';

const line = (device: string, root: string, at: string, type = 'ext4', source = '/dev/sda1') =>
  `36 35 ${device} ${root} ${at} rw,noatime shared:1 - ${type} ${source} rw`;
const OWN = [line('8:1', '/', '/'), line('8:2', '/', '/var/lib/docker')].join('\n');
const VOLUME = '/var/lib/docker/volumes/v/_data';

function proc(processes: Readonly<Record<string, { ns: string; table: string; cgroup?: string }>>) {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-proc-'));
  for (const [pid, { ns, table, cgroup = '0::/system.slice/x' }] of Object.entries(processes)) {
    mkdirSync(join(root, pid, 'ns'), { recursive: true });
    symlinkSync(`mnt:[${ns}]`, join(root, pid, 'ns/mnt'));
    writeFileSync(join(root, pid, 'mountinfo'), table);
    writeFileSync(join(root, pid, 'cgroup'), cgroup);
    writeFileSync(join(root, pid, 'comm'), `process-${pid}\n`);
  }
  return root;
}

test('another namespace that has a volume mounted is told, the engine’s containers and whole filesystems are not', () => {
  const container = 'c'.repeat(64);
  const mounted = line('8:2', '/volumes/v/_data', '/data');
  const root = proc({
    self: { ns: '1', table: OWN },
    '1': { ns: '1', table: OWN },
    '20': { ns: '2', table: `${OWN}\n${mounted}`, cgroup: `0::/docker/${container}` },
    // Rootless containers may have no control group of their own.
    '25': {
      ns: '6',
      table: `${OWN}\n${mounted}\n${line('0:9', `/user/1/containers/${container}/userdata/hosts`, '/etc/hosts')}`,
    },
    '30': { ns: '3', table: `${OWN}\n${line('8:2', '/volumes/v/_data/sub', '/mnt/with\\040blank')}` },
    '40': { ns: '4', table: OWN },
    '50': { ns: '5', table: line('8:9', '/volumes/v/_data', '/data') },
  });
  try {
    const mounts = readHostMounts(root, [container]);
    expect(mounts && outsideMountsOf(VOLUME, mounts)).toEqual([
      { process: 'process-30', pid: 30, at: '/mnt/with blank' },
    ]);
    expect(mounts && outsideMountsOf('/var/lib/docker', mounts)).toEqual([]);
    expect(readHostMounts(join(root, 'absent'), [])).toBeUndefined();
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the host’s own second mount of a volume is told', () => {
  const own = parseMountTable(`${OWN}\n${line('8:2', '/volumes/v/_data', '/srv/export')}`);
  expect(outsideMountsOf(VOLUME, { own, others: [], unreadable: 0 })).toEqual([
    { process: 'host', pid: 0, at: '/srv/export' },
  ]);
});

test('network filesystems by their name, and their host', () => {
  const table = parseMountTable(
    [
      line('8:1', '/', '/'),
      line('0:50', '/', '/mnt/a', 'nfs4', 'nas.example:/export'),
      line('0:51', '/', '/mnt/b', 'cifs', '//nas.example/share'),
      line('0:52', '/', '/mnt/c', 'fuse.sshfs', 'me@far.example:/home'),
    ].join('\n'),
  );
  expect(networkOf('/mnt/a/x', table)).toEqual({ kind: 'nfs', host: 'nas.example' });
  expect(networkOf('/mnt/b', table)).toEqual({ kind: 'cifs', host: 'nas.example' });
  expect(networkOf('/mnt/c', table)).toEqual({ kind: 'sshfs', host: 'far.example' });
  expect(networkOf('/mnt', table)).toBeUndefined();
});

test('options of volumes tell the same, and passwords stay behind', () => {
  expect(networkOfOptions('local', { type: 'nfs', o: 'addr=10.0.0.5,rw,nfsvers=4', device: ':/x' })).toEqual({
    kind: 'nfs',
    host: '10.0.0.5',
  });
  expect(networkOfOptions('local', { type: 'cifs', o: 'addr=a b,password=hunter2', device: '//h/s' })).toEqual({
    kind: 'cifs',
  });
  expect(networkOfOptions('vieux/sshfs:latest', { password: 'hunter2' })).toEqual({ kind: 'vieux/sshfs:latest' });
  for (const options of [{}, { type: 'none', o: 'bind', device: '/srv' }, { type: 'tmpfs', device: 'tmpfs' }]) {
    expect(networkOfOptions('local', options)).toBeUndefined();
  }
});
