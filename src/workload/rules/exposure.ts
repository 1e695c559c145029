import { isEverywhere, type PublishedPort } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';
import type { Deployment, Workload } from '#workload/model/workload.ts';
import {
  cis,
  type Found,
  inContainers,
  namespaceOf,
  neighbours,
  nist,
  pci,
  type RunRule,
  soc,
  who,
} from '#workload/rule.ts';
import { isDatabase } from '#workload/rules/data-service.ts';

const service = (lines: string) => `services:\n  web:\n    image: example/web:1.2\n${lines}`;

/** `8080`, or what stands for a port that the engine chooses. */
function portName({ host }: PublishedPort): string {
  return host === undefined ? 'a port that the engine chooses' : `port ${host}`;
}

export const publishedEverywhere: RunRule = {
  id: 'run/published-everywhere',
  title: 'ports are published where they are needed',
  severity: 'medium',
  why: 'Published on every address, a port is open to every network that the host is in, past most host firewalls.',
  elsewhere: [cis('5.14'), cis('5.9'), nist('4.4.2'), pci('1.3'), soc('CC6.6')],
  bad: service('    ports: ["8080:80"]\n'),
  good: service('    ports: ["127.0.0.1:8080:80"]\n'),
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.ports.filter(isEverywhere).map((port) => ({
        at: [port.at],
        sentence: `${who(container)} is open at ${portName(port)} on every address of its host.`,
        fix:
          workload.dialect === 'kubernetes'
            ? 'Remove hostPort and lead traffic there with a Service, or set hostIP.'
            : workload.dialect === 'ecs'
              ? 'Use networkMode awsvpc with a security group, or leave the host port out.'
              : `Name the address: 127.0.0.1:${port.host ?? ''}:${port.container ?? 'PORT'}.`,
      })),
    ),
};

export const flatNetwork: RunRule = {
  id: 'run/flat-network',
  title: 'networks are cut where trust ends',
  severity: 'low',
  why: 'Where everything reaches everything, whoever takes over the least of it can try all the others.',
  elsewhere: [cis('5.30'), nist('4.3.3'), pci('1.3'), soc('CC6.6')],
  bad: 'services:\n  web:\n    image: example/web:1.2\n  api:\n    image: example/api:1.2\n  mail:\n    image: example/mail:1.2\n',
  good: 'services:\n  web:\n    image: example/web:1.2\n    networks: [front]\n  api:\n    image: example/api:1.2\n    networks: [front, back]\n  mail:\n    image: example/mail:1.2\n    networks: [back]\nnetworks: {front: {}, back: {internal: true}}\n',
  workload: (workload, all) => {
    switch (workload.dialect) {
      case 'kubernetes':
        return withoutPolicy(workload, all);
      case 'compose':
        return onOneNetwork(workload, all);
      default:
        return onEngineNetwork(workload);
    }
  },
};

function onEngineNetwork(workload: Workload): readonly Found[] {
  return inContainers(workload, (container) =>
    container.defaultNetwork?.state === 'known' && container.defaultNetwork.value
      ? {
          at: [container.defaultNetwork.at],
          sentence: `${who(container)} is on the network that every container gets which asks for none.`,
          fix:
            workload.dialect === 'ecs'
              ? 'Use networkMode awsvpc.'
              : 'Make a network for those that belong together, and name it.',
        }
      : undefined,
  );
}

function onOneNetwork(workload: Workload, all: Deployment): readonly Found[] {
  const on = (one: Workload) => one.containers.some(({ networks }) => networks.includes('default'));
  const bridged = inContainers(workload, ({ networks, defaultNetwork }) =>
    networks.length === 0 && valueIn(defaultNetwork) === true ? [{ at: [], sentence: '' }] : undefined,
  );
  if (bridged.length > 0) return onEngineNetwork(workload);
  const others = neighbours(workload, all);
  const members = others.filter(on);
  // Said once, at the first of them.
  if (members.length < 2 || members.length < others.length || others[0] !== workload) return [];
  const names = members.map(({ name }) => name.replace('service/', ''));
  return [
    {
      at: [workload.at],
      sentence: `All ${members.length} services are on one network, and each reaches every other.`,
      fix: 'Give what is reached from outside and what keeps data networks of their own, and mark those without a way out as internal.',
      evidence: `default: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`,
    },
  ];
}

function withoutPolicy(workload: Workload, { byNamespace, policies }: Deployment): readonly Found[] {
  if (workload.containers.some(({ host }) => valueIn(host.network))) return [];
  const namespace = namespaceOf(workload);
  const selected = policies.some(
    (policy) =>
      policy.namespace === namespace &&
      (policy.selector === undefined ||
        [...policy.selector].every(([key, value]) => workload.labels.get(key) === value)),
  );
  if (selected) return [];
  const covered = policies.some((policy) => policy.namespace === namespace);
  // Where a namespace has no policy at all, that is said once.
  if (!covered && byNamespace.get(namespace)?.[0] !== workload) return [];
  return [
    {
      at: [workload.at],
      sentence: covered
        ? `No NetworkPolicy selects the pods of ${workload.name}: everything in the cluster reaches them.`
        : `Nothing that was judged with it has a NetworkPolicy for namespace ${namespace}: everything in the cluster reaches its pods.`,
      fix: 'Add a NetworkPolicy that lets in nothing, and one for each way that is needed.',
    },
  ];
}

const OUTSIDE = 'outside';

export const databaseReachable: RunRule = {
  id: 'run/database-reachable',
  title: 'databases are out of reach from outside',
  severity: 'high',
  why: 'A database that is open to the outside is tried within hours; one step behind an open service it is the first thing tried next.',
  elsewhere: [cis('5.9'), nist('4.4.2'), nist('4.3.3'), pci('1.4'), soc('CC6.6')],
  bad: 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: {}}\n',
  good: 'services:\n  db:\n    image: postgres:16\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: {}}\n',
  workload: (workload, all) =>
    inContainers(workload, (container) => (isDatabase(container) ? waysTo(workload, all) : undefined)),
};

function waysTo(workload: Workload, all: Deployment): readonly Found[] {
  const own = workload.containers.flatMap((container) =>
    container.ports.filter(isEverywhere).map((port) => ({ container, port })),
  );
  const [open] = own;
  if (open !== undefined) {
    return [
      {
        at: [open.port.at],
        sentence: `The database in container ${open.container.name} is open at ${portName(open.port)} on every address of its host.`,
        fix: 'Do not publish it: what is on the same network reaches it anyway. For people, publish it on 127.0.0.1.',
        evidence: `${OUTSIDE} ─(${open.port.host ?? 'any'})─▶ ${open.container.name}`,
      },
    ];
  }
  const service = all.services.find((one) => leadsTo(one, workload));
  if (service !== undefined) {
    return [
      {
        at: [service.at, workload.at],
        sentence: `${service.name} leads from outside the cluster to the database ${workload.name}.`,
        fix: 'Use type ClusterIP.',
        evidence: `${OUTSIDE} ─(${service.ports.join(', ') || 'any'})─▶ ${service.name} ─▶ ${workload.name}`,
      },
    ];
  }
  return workload.dialect === 'compose' ? throughNetworks(workload, all) : [];
}

function leadsTo(service: Deployment['services'][number], workload: Workload): boolean {
  const type = valueIn(service.type);
  const outside =
    (type === 'LoadBalancer' && !service.internal) || type === 'NodePort' || service.externalAddresses.length > 0;
  const here = service.namespace === namespaceOf(workload);
  return (
    outside &&
    here &&
    workload.dialect === 'kubernetes' &&
    service.selector.size > 0 &&
    [...service.selector].every(([key, value]) => workload.labels.get(key) === value)
  );
}

/** A service that is open to the outside and shares a network with a database. */
function throughNetworks(workload: Workload, all: Deployment): readonly Found[] {
  const [database] = workload.containers;
  if (database === undefined) return [];
  for (const other of neighbours(workload, all)) {
    for (const container of other.containers) {
      const port = container.ports.find(isEverywhere);
      const shared = container.networks.find((name) => database.networks.includes(name));
      if (port === undefined || shared === undefined || container === database) continue;
      return [
        {
          at: [database.at, port.at],
          sentence: `The database ${database.name} is one step behind ${container.name}, which is open on every address of its host.`,
          fix: 'Put a service between them that is on both networks, and take what is open off the database’s network.',
          severity: 'low',
          evidence: `${OUTSIDE} ─(${port.host ?? 'any'})─▶ ${container.name} ─[${shared}]─▶ ${database.name}`,
        },
      ];
    }
  }
  return [];
}

export const exposedService: RunRule = {
  id: 'run/exposed-service',
  title: 'services are open to those who need them',
  severity: 'medium',
  why: 'A load balancer without limits or a port of every node leads the whole outside to the pods behind it.',
  dialects: ['kubernetes'],
  elsewhere: [nist('4.4.2'), pci('1.4'), soc('CC6.6')],
  bad: 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  type: LoadBalancer\n  selector: {app: web}\n  ports: [{port: 80}]\n',
  good: 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  type: LoadBalancer\n  loadBalancerSourceRanges: [192.0.2.0/24]\n  selector: {app: web}\n  ports: [{port: 80}]\n',
  document: ({ services = [] }) =>
    services.flatMap((one): readonly Found[] => {
      const [external] = one.externalAddresses;
      if (external !== undefined) {
        return [
          {
            at: [external.at],
            sentence: `${one.name} takes traffic for the address ${external.value.slice(0, 60)} on every node.`,
            fix: 'Use a load balancer or a gateway: externalIPs lets whoever may make services take over addresses.',
          },
        ];
      }
      if (one.type?.state !== 'known') return [];
      if (one.type.value === 'NodePort') {
        return [
          {
            at: [one.type.at],
            sentence: `${one.name} opens a port of every node.`,
            fix: 'Use ClusterIP behind a gateway or an ingress.',
          },
        ];
      }
      if (one.type.value !== 'LoadBalancer' || one.rangesOnly || one.internal) return [];
      return [
        {
          at: [one.type.at],
          sentence: `${one.name} is open to everybody who reaches its load balancer.`,
          fix: 'Set loadBalancerSourceRanges, or lead traffic through a gateway that asks who comes.',
        },
      ];
    }),
};
