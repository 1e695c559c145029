import { expect, test } from 'vitest';
import { drillContainer, restoredMounts } from '#volume/drill/container.ts';
import { definitionOfKept } from '#volume/drill/definition.ts';

test('what a stack keeps of a container is started on the scratch volume, and on nothing else of the host', () => {
  const create = {
    Env: ['A=b'],
    Cmd: ['serve'],
    HostConfig: {
      Binds: ['data:/data:rw', '/etc/app:/etc/app:ro', 'other:/other'],
      Mounts: [
        { Type: 'tmpfs', Target: '/cache' },
        { Type: 'volume', Source: 'data', Target: '/more' },
      ],
      CapAdd: ['CHOWN'],
      // As Podman tells them.
      Ulimits: [{ Name: 'RLIMIT_NOFILE', Soft: 1024, Hard: 2048 }],
    },
  };
  const definition = definitionOfKept(create, 'app:1', undefined);
  const mounts = restoredMounts(definition, 'data', 'scratch');
  const place = { mounts, checksHealth: true, image: 'sha256:1', labels: {} };
  expect(drillContainer(definition, place)).toMatchObject({
    Image: 'sha256:1',
    Env: ['A=b'],
    Cmd: ['serve'],
    HostConfig: {
      CapAdd: ['CHOWN'],
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
      Mounts: [
        { Type: 'volume', Source: 'scratch', Target: '/data' },
        { Type: 'volume', Source: 'scratch', Target: '/more' },
        { Type: 'tmpfs', Target: '/cache' },
      ],
    },
  });
  expect(definition.otherMounts).toEqual(['/etc/app']);
});
