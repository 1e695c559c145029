import type { Dialect, DocumentReading } from '#workload/dialects/dialect.ts';
import { dockerContainer } from '#workload/dialects/docker/container.ts';
import { goField } from '#workload/dialects/go-fields.ts';
import { items, text } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';

/** Containers of Docker and what speaks its API: the body that creates one, and what inspecting one tells. */
export const docker: Dialect = {
  id: 'docker',
  version: 1,
  title: 'Docker containers',
  recognises: (root) => (root.kind === 'list' ? items(root).slice(0, 100).some(isContainer) : isContainer(root)),
  read: async (root) => ({
    documents: (root.kind === 'list' ? items(root) : [root]).filter(isContainer).map(documentOf),
  }),
};

function isInspected(node: Node): boolean {
  return goField(node, 'Config')?.kind === 'map' && goField(node, 'HostConfig')?.kind === 'map';
}

function isContainer(node: Node): boolean {
  if (node.kind !== 'map') return false;
  if (isInspected(node)) return true;
  // An image's own description has a Config and no HostConfig.
  const image = text(goField(node, 'Image'));
  const others = ['HostConfig', 'NetworkingConfig', 'Cmd', 'Env', 'ExposedPorts', 'Entrypoint', 'Hostname'];
  return image !== undefined && others.some((name) => goField(node, name) !== undefined);
}

function documentOf(node: Node): DocumentReading {
  const inspected = isInspected(node);
  const config = inspected ? goField(node, 'Config') : node;
  const given = text(goField(node, 'Name'))?.replace(/^\//, '');
  const id = text(goField(node, 'Id'))?.slice(0, 12);
  const image = text(goField(config, 'Image'))?.split('@')[0];
  const title = given ?? id ?? image?.slice(image.lastIndexOf('/') + 1).split(':')[0] ?? '(no name)';
  const name = `container/${title}`;
  const at = positionOf(node);
  return {
    name,
    at,
    workloads: [
      {
        dialect: 'docker',
        name,
        at,
        containers: [dockerContainer(title, node, config, inspected)],
        labels: new Map(),
      },
    ],
  };
}
