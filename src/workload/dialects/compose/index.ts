import { mountVolumes } from '#workload/dialects/compose/mounts.ts';
import { readProject } from '#workload/dialects/compose/project.ts';
import { serviceContainer } from '#workload/dialects/compose/service.ts';
import type { Dialect, DialectReading, ReadContext } from '#workload/dialects/dialect.ts';
import { field, integer, items, pairs, settingOf } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';

/** Compose files, as `docker compose` reads them (the current compose specification). */
export const compose: Dialect = {
  id: 'compose',
  version: 1,
  title: 'Compose files',
  recognises: (root) =>
    root.kind === 'map' &&
    field(root, 'apiVersion') === undefined &&
    (pairs(field(root, 'services')).some(({ value }) => isService(value)) || items(field(root, 'include')).length > 0),
  read,
};

const OF_SERVICES = [
  'image',
  'build',
  'extends',
  'ports',
  'volumes',
  'environment',
  'command',
  'deploy',
  'networks',
  'provider',
];

/** Other documents have services, too. */
function isService(value: Node): boolean {
  return OF_SERVICES.some((name) => field(value, name) !== undefined);
}

async function read(root: Node, context: ReadContext): Promise<DialectReading> {
  if (root.kind !== 'map') return { documents: [] };
  const top = await readProject(root, context);
  if (top === undefined) return { documents: [] };
  const volumes = mountVolumes(field(top, 'volumes'));
  const documents = pairs(field(top, 'services')).flatMap(({ key, value }) => {
    if (value.kind !== 'map') return [];
    const replicas = settingOf(field(value, 'deploy', 'replicas') ?? field(value, 'scale'), integer);
    const name = `service/${key.text}`;
    const at = positionOf(key);
    const workload = {
      dialect: 'compose',
      name,
      at,
      containers: [serviceContainer(key.text, at, value, volumes)],
      labels: new Map<string, string>(),
      ...(replicas === undefined ? {} : { replicas }),
    } as const;
    return [{ name, at, workloads: [workload] }];
  });
  return { documents };
}
