import type { KnownService } from '#workload/known-data/known-service.ts';
import { keepsInMemory } from '#workload/known-data/services/in-memory.ts';

export const valkey: KnownService = {
  id: 'valkey',
  title: 'Valkey',
  images: ['valkey', 'valkey-bundle'],
  marks: ['VALKEY_VERSION'],
  versions: ['VALKEY_VERSION'],
  servers: ['valkey-server', 'valkey-sentinel'],
  clients: ['valkey-cli', 'valkey-benchmark'],
  directories: [{ path: '/data', options: ['--dir'] }],
  keeps: 'optional',
  keepsNothing: keepsInMemory,
};
