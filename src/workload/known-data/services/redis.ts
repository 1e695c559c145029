import type { KnownService } from '#workload/known-data/known-service.ts';
import { keepsInMemory } from '#workload/known-data/services/in-memory.ts';

export const redis: KnownService = {
  id: 'redis',
  title: 'Redis',
  images: ['redis', 'redis-stack', 'redis-stack-server'],
  versions: ['REDIS_VERSION'],
  servers: ['redis-server', 'redis-stack-server', 'redis-sentinel'],
  clients: ['redis-cli', 'redis-benchmark'],
  directories: [{ path: '/data', options: ['--dir'] }],
  keeps: 'optional',
  keepsNothing: keepsInMemory,
};
