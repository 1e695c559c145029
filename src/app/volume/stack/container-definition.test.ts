import { expect, it } from 'vitest';
import { container, mounts } from '../../../../test/fakes/discovery.ts';
import { containerDefinition } from './container-definition.ts';

const db = container('db');
const web = container('web', {
  repositoryDigests: [`shop/web@sha256:${'1'.repeat(64)}`],
  imageId: `sha256:${'2'.repeat(64)}`,
  mounts: [
    mounts.named('files', '/f'),
    mounts.anonymous('a', '/cache'),
    mounts.bind('/srv/conf', '/conf', { writable: false }),
  ],
});
const raw = {
  Config: {
    Image: 'shop/web:1',
    Hostname: web.id.slice(0, 12),
    Env: ['TOKEN=secret'],
    Labels: { a: 'b' },
    Entrypoint: null,
  },
  HostConfig: {
    Binds: ['files:/f', '/srv/conf:/conf:ro'],
    NetworkMode: `container:${db.id}`,
    VolumesFrom: [`${db.id.slice(0, 12)}:ro`],
    ContainerIDFile: '/tmp/id',
  },
  NetworkSettings: {
    Networks: {
      shop: {
        IPAddress: '172.18.0.2',
        IPAMConfig: { IPv4Address: '172.18.0.2' },
        Aliases: ['w', web.id.slice(0, 12)],
        NetworkID: 'x',
      },
      none: {},
    },
  },
};

it('a container is described by names, with what was asked for, and without what one engine chose', () => {
  expect(containerDefinition(raw, web, [db, web])).toEqual({
    name: 'web',
    image: 'web:1',
    imageId: web.imageId,
    digests: web.repositoryDigests,
    running: true,
    create: {
      Env: ['TOKEN=secret'],
      Labels: { a: 'b' },
      HostConfig: {
        Binds: ['files:/f', '/srv/conf:/conf:ro', `${'a'.repeat(64)}:/cache`],
        NetworkMode: 'container:db',
        VolumesFrom: ['db:ro'],
      },
    },
    endpoints: { shop: { IPAMConfig: { IPv4Address: '172.18.0.2' }, Aliases: ['w'] } },
    binds: ['/srv/conf'],
  });
});

it('a name that was given to it as a host is kept, and a volume that it asked for is mounted once', () => {
  const named = {
    ...raw,
    Config: { Hostname: 'web.example' },
    HostConfig: { Mounts: [{ Target: '/cache', Type: 'volume' }] },
  };
  expect(containerDefinition(named, web, []).create).toEqual({
    Hostname: 'web.example',
    HostConfig: { Mounts: [{ Target: '/cache', Type: 'volume' }] },
  });
});
