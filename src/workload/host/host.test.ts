import { describe, expect, it } from 'vitest';
import { daemonOptions } from '#workload/host/daemon-options.ts';
import type { EngineFacts, FileFacts, HostFacts } from '#workload/host/host-facts.ts';
import { HOST_CHECKS } from '#workload/host/list.ts';

const collected = <T>(value: T) => ({ state: 'collected', value }) as const;
const failed = { state: 'failed', why: 'It was not to be had.' } as const;

const GOOD_ENGINE: EngineFacts = {
  version: '29.3.1',
  podman: false,
  rootDirectory: '/var/lib/docker',
  storageDriver: 'overlay2',
  loggingDriver: 'journald',
  securityOptions: ['name=seccomp,profile=builtin', 'name=userns', 'name=rootless', 'name=no-new-privileges'],
  liveRestore: true,
  swarm: false,
  experimental: false,
  authorization: ['judge'],
  insecureRegistries: [],
  bridgeOpen: false,
};
const BAD_ENGINE: EngineFacts = {
  ...GOOD_ENGINE,
  storageDriver: 'aufs',
  loggingDriver: 'json-file',
  securityOptions: ['name=seccomp,profile=unconfined'],
  liveRestore: false,
  experimental: true,
  authorization: [],
  insecureRegistries: ['registry.example'],
  bridgeOpen: true,
};
const TLS = {
  tlsverify: true,
  tlscacert: '/tls/ca',
  tlscert: '/tls/cert',
  tlskey: '/tls/key',
  hosts: ['tcp://0.0.0.0:2376'],
};
const GOOD_OPTIONS = { ...TLS, 'userland-proxy': false, 'default-ulimits': { nofile: {} }, 'no-new-privileges': true };
const BAD_OPTIONS = {
  ...TLS,
  tlsverify: false,
  'log-level': 'debug',
  iptables: false,
  'cgroup-parent': '/x',
  'storage-opts': ['dm.basesize=20G'],
};

interface Given {
  readonly engine: EngineFacts;
  readonly options: Readonly<Record<string, unknown>>;
  readonly file: FileFacts | 'absent';
  readonly members: readonly string[];
  readonly audit: string;
  readonly points: readonly string[];
}
const facts = ({ engine, options, file, members, audit, points }: Given): HostFacts => ({
  engine: collected(engine),
  options: collected(daemonOptions([], options)),
  file: () => collected(file),
  units: {
    'docker.service': '/lib/systemd/system/docker.service',
    'docker.socket': '/lib/systemd/system/docker.socket',
  },
  certificates: collected(['/etc/docker/certs.d/a/ca.crt']),
  socket: '/var/run/docker.sock',
  dockerGroup: collected({ gid: 999, members }),
  audit: collected(audit),
  mountPoints: collected(points),
});

const WATCHED = [
  '/usr/bin/dockerd',
  '/run/containerd',
  '/var/lib/docker',
  '/etc/docker',
  '/lib/systemd/system/docker.service',
  '/run/containerd/containerd.sock',
  '/lib/systemd/system/docker.socket',
  '/etc/default/docker',
  '/etc/docker/daemon.json',
  '/etc/containerd/config.toml',
  '/etc/sysconfig/docker',
  '/usr/bin/containerd',
  '/usr/bin/containerd-shim',
  '/usr/bin/containerd-shim-runc-v1',
  '/usr/bin/containerd-shim-runc-v2',
  '/usr/bin/runc',
];
const GOOD = facts({
  engine: { ...GOOD_ENGINE, securityOptions: GOOD_ENGINE.securityOptions.filter((one) => one !== 'name=rootless') },
  options: GOOD_OPTIONS,
  file: { uid: 0, gid: 0, mode: 0o400 },
  members: [],
  audit: WATCHED.map((path) => `-w ${path} -k docker`).join('\n'),
  points: ['/', '/var/lib/docker'],
});
const BAD = facts({
  engine: BAD_ENGINE,
  options: BAD_OPTIONS,
  file: { uid: 1000, gid: 1000, mode: 0o777 },
  members: ['ada'],
  audit: `# -w ${WATCHED.join('\n# -w ')}`,
  points: ['/'],
});
const outcomes = (given: HostFacts) => new Map(HOST_CHECKS.map(({ cis, judge }) => [cis, judge(given).outcome]));

describe('the checks of the host', () => {
  it('are sections 1 to 3, each number once', () => {
    const upTo = (section: string, last: number, from = 1) =>
      Array.from({ length: last - from + 1 }, (_, at) => `${section}.${at + from}`);
    expect(HOST_CHECKS.map(({ cis }) => cis)).toEqual([
      ...upTo('1.1', 18),
      ...upTo('1.2', 2),
      ...upTo('2', 18),
      ...upTo('3', 24),
    ]);
    expect(new Set(HOST_CHECKS.map(({ id }) => id)).size).toBe(HOST_CHECKS.length);
    for (const { id, elsewhere, cis } of HOST_CHECKS) {
      expect(id).toMatch(/^host\/[a-z-]+$/);
      expect(elsewhere[0]).toEqual({ standard: 'cis-docker', id: cis });
    }
  });

  it('pass on a good host, but for what only people can say', () => {
    const other = [...outcomes(GOOD)].filter(([, outcome]) => outcome !== 'pass');
    // Rootless and what is kept apart from it cannot both be.
    expect(other).toEqual([
      ['1.2.1', 'unknown'],
      ['1.2.2', 'unknown'],
      ['2.1', 'fail'],
    ]);
    expect(outcomes(facts({ ...givenGood, engine: GOOD_ENGINE })).get('2.1')).toBe('pass');
  });

  it('fail on a bad one', () => {
    const other = [...outcomes(BAD)].filter(([, outcome]) => outcome !== 'fail');
    expect(other).toEqual([
      ['1.1.2', 'unknown'],
      ['1.2.1', 'unknown'],
      ['1.2.2', 'unknown'],
      ['2.10', 'unknown'],
    ]);
  });

  it('do not concern what is not there', () => {
    const bare: HostFacts = {
      ...GOOD,
      options: collected(daemonOptions([], {})),
      file: () => collected('absent'),
      units: { 'docker.service': undefined, 'docker.socket': undefined },
      certificates: collected([]),
      dockerGroup: collected('absent'),
      audit: collected('absent'),
    };
    for (const [number, outcome] of outcomes(bare)) {
      if (/^(?:1\.1\.(?!1$)|3\.|2\.7$)/.test(number)) expect([number, outcome]).toEqual([number, 'not-applicable']);
    }
  });

  it('are unknown where nothing was to be had, and say why', () => {
    const nothing: HostFacts = {
      engine: failed,
      options: failed,
      file: () => failed,
      units: { 'docker.service': '/u', 'docker.socket': '/u' },
      certificates: failed,
      socket: undefined,
      dockerGroup: failed,
      audit: failed,
      mountPoints: failed,
    };
    for (const { cis, judge } of HOST_CHECKS) {
      const answer = judge(nothing);
      expect([cis, answer.outcome]).toEqual([cis, 'unknown']);
      if (!answer.manual) expect(answer.sentence).toBe(failed.why);
    }
  });

  it('ask Podman nothing that only a daemon has', () => {
    const podman = outcomes({ ...GOOD, engine: collected({ ...GOOD_ENGINE, podman: true }) });
    for (const [number, outcome] of podman)
      if (/^2\.(?!7$|14$)/.test(number)) expect([number, outcome]).toEqual([number, 'not-applicable']);
  });

  it('the socket may be the group docker’s, and nobody else’s', () => {
    const of = (file: FileFacts) => outcomes({ ...GOOD, file: () => collected(file) }).get('3.15');
    expect(of({ uid: 0, gid: 999, mode: 0o660 })).toBe('pass');
    expect(of({ uid: 0, gid: 1000, mode: 0o660 })).toBe('fail');
  });
});

const givenGood: Given = {
  engine: GOOD_ENGINE,
  options: GOOD_OPTIONS,
  file: { uid: 0, gid: 0, mode: 0o400 },
  members: [],
  audit: '',
  points: [],
};

describe('options of a daemon', () => {
  it('are those of the command line over those of the file', () => {
    const words = [
      '-H',
      'fd://',
      '--host=tcp://0.0.0.0:2375',
      '--icc=false',
      '--tlsverify',
      '--log-level',
      'warn',
      '-D',
      '--insecure-registry',
      'a:5000',
    ];
    const options = daemonOptions(words, {
      'log-level': 'info',
      hosts: ['unix:///x'],
      'default-ulimits': { nofile: { Hard: 1 } },
    });
    expect(Object.fromEntries(options)).toEqual({
      'log-level': ['info', 'warn'],
      hosts: ['unix:///x', 'fd://', 'tcp://0.0.0.0:2375'],
      'default-ulimits': ['nofile'],
      icc: ['false'],
      tlsverify: ['true'],
      debug: ['true'],
      'insecure-registries': ['a:5000'],
    });
  });
});
