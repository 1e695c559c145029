import {
  fail,
  given,
  type HostAnswer,
  type HostCheck,
  notApplicable,
  pass,
  unknown,
} from '#workload/host/host-check.ts';
import type { HostFacts } from '#workload/host/host-facts.ts';
import { cis, nist, pci, soc } from '#workload/rule.ts';

/** Where a file is: a path, or what the host says. */
type Place = (facts: HostFacts) => readonly string[] | HostAnswer;

const at =
  (path: string): Place =>
  () => [path];
const unit =
  (name: 'docker.service' | 'docker.socket'): Place =>
  ({ units }) =>
    units[name] === undefined ? notApplicable(`There is no ${name}.`) : [units[name]];
const optionFile =
  (name: string): Place =>
  ({ options }) => {
    if (options.state !== 'collected') return unknown(options.why);
    const path = options.value.get(name)?.at(-1);
    return path === undefined ? notApplicable(`The engine is started without ${name}.`) : [path];
  };
const certificates: Place = (facts) => {
  const { certificates: found } = facts;
  if (found.state !== 'collected') return unknown(found.why);
  return found.value.length === 0 ? notApplicable('There are no certificates of registries.') : found.value;
};
const socket: Place = ({ socket: path, engine }) => {
  if (engine.state !== 'collected') return unknown(engine.why);
  if (path === undefined) return notApplicable('The engine has no socket here.');
  const rootless = engine.value.securityOptions.some((option) => option.startsWith('name=rootless'));
  return rootless ? notApplicable('The socket of a rootless engine belongs to its user.') : [path];
};

interface Wanted {
  readonly name: string;
  readonly what: string;
  readonly place: Place;
  /** Numbers of the recommendations for its owner and its mode. */
  readonly owner: string;
  readonly mode: string;
  readonly most: number;
  /** The group docker may have it. */
  readonly dockerGroup?: true;
  readonly secret?: true;
}

const WANTED: readonly Wanted[] = [
  {
    name: 'docker-service',
    what: 'docker.service',
    place: unit('docker.service'),
    owner: '3.1',
    mode: '3.2',
    most: 0o644,
  },
  {
    name: 'docker-socket',
    what: 'docker.socket',
    place: unit('docker.socket'),
    owner: '3.3',
    mode: '3.4',
    most: 0o644,
  },
  { name: 'configuration', what: '/etc/docker', place: at('/etc/docker'), owner: '3.5', mode: '3.6', most: 0o755 },
  {
    name: 'registry-certificates',
    what: 'certificates of registries',
    place: certificates,
    owner: '3.7',
    mode: '3.8',
    most: 0o444,
  },
  {
    name: 'tls-ca',
    what: 'the CA’s certificate',
    place: optionFile('tlscacert'),
    owner: '3.9',
    mode: '3.10',
    most: 0o444,
  },
  {
    name: 'tls-certificate',
    what: 'the engine’s certificate',
    place: optionFile('tlscert'),
    owner: '3.11',
    mode: '3.12',
    most: 0o444,
  },
  {
    name: 'tls-key',
    what: 'the engine’s key',
    place: optionFile('tlskey'),
    owner: '3.13',
    mode: '3.14',
    most: 0o400,
    secret: true,
  },
  {
    name: 'engine-socket',
    what: 'the engine’s socket',
    place: socket,
    owner: '3.15',
    mode: '3.16',
    most: 0o660,
    dockerGroup: true,
    secret: true,
  },
  {
    name: 'daemon-json',
    what: 'daemon.json',
    place: at('/etc/docker/daemon.json'),
    owner: '3.17',
    mode: '3.18',
    most: 0o644,
  },
  {
    name: 'default-docker',
    what: '/etc/default/docker',
    place: at('/etc/default/docker'),
    owner: '3.19',
    mode: '3.22',
    most: 0o644,
  },
  {
    name: 'sysconfig-docker',
    what: '/etc/sysconfig/docker',
    place: at('/etc/sysconfig/docker'),
    owner: '3.21',
    mode: '3.20',
    most: 0o644,
  },
  {
    name: 'containerd-socket',
    what: 'containerd’s socket',
    place: at('/run/containerd/containerd.sock'),
    owner: '3.23',
    mode: '3.24',
    most: 0o660,
    secret: true,
  },
];

/** Section 3: owner and mode of each file. */
export const FILE_CHECKS: readonly HostCheck[] = WANTED.flatMap((wanted): readonly HostCheck[] => {
  const { name, what, place, most, dockerGroup, secret } = wanted;
  const severity = secret ? 'high' : 'medium';
  const owner = dockerGroup ? 'root:docker' : 'root:root';
  const why = secret
    ? 'Whoever can open it controls every container.'
    : 'Whoever can change it changes how every container is run.';
  const elsewhere = (number: string) => [cis(number), nist('4.5.5'), pci('2.2.6'), soc('CC6.1')];
  const octal = most.toString(8);
  return [
    {
      id: `host/owner-of-${name}`,
      cis: wanted.owner,
      title: `${what}: owned by ${owner}`,
      severity,
      why,
      fix: `chown ${owner} on it.`,
      elsewhere: elsewhere(wanted.owner),
      judge: (facts) => judgeOwner(place, dockerGroup === true, facts),
    },
    {
      id: `host/mode-of-${name}`,
      cis: wanted.mode,
      title: `${what}: mode ${octal} or less`,
      severity,
      why,
      fix: `chmod ${octal} on it.`,
      elsewhere: elsewhere(wanted.mode),
      judge: (facts) => judgeMode(place, most, facts),
    },
  ];
});

function inPlace(place: Place, facts: HostFacts, judge: (path: string) => HostAnswer): HostAnswer {
  const paths = place(facts);
  if (!Array.isArray(paths)) return paths as HostAnswer;
  const answers = (paths as readonly string[]).map(judge);
  // The worst of several: what fails, then what is not known.
  for (const outcome of ['fail', 'unknown', 'pass'] as const) {
    const found = answers.find((answer) => answer.outcome === outcome);
    if (found !== undefined) return found;
  }
  return answers[0] ?? notApplicable('There is none.');
}

function judgeOwner(place: Place, dockerGroup: boolean, facts: HostFacts): HostAnswer {
  return inPlace(place, facts, (path) =>
    given(facts.file(path), (file) => {
      if (file === 'absent') return notApplicable(`There is no ${path}.`);
      const group = facts.dockerGroup;
      if (dockerGroup && file.gid !== 0 && group.state !== 'collected') return unknown(group.why);
      const gid = dockerGroup && group.state === 'collected' && group.value !== 'absent' ? group.value.gid : 0;
      const good = file.uid === 0 && (file.gid === gid || file.gid === 0);
      return good ? pass(`${path} belongs to root.`) : fail(`${path} belongs to ${file.uid}:${file.gid}.`);
    }),
  );
}

function judgeMode(place: Place, most: number, facts: HostFacts): HostAnswer {
  return inPlace(place, facts, (path) =>
    given(facts.file(path), (file) => {
      if (file === 'absent') return notApplicable(`There is no ${path}.`);
      const mode = file.mode.toString(8);
      return (file.mode & ~most) === 0 ? pass(`${path} has mode ${mode}.`) : fail(`${path} has mode ${mode}.`);
    }),
  );
}
