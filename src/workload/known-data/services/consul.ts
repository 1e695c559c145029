import type { KnownService } from '#workload/known-data/known-service.ts';

/** Agents in client and development mode keep nothing that is missed. */
export const consul: KnownService = {
  id: 'consul',
  title: 'Consul',
  images: ['consul'],
  servers: ['agent', 'consul'],
  directories: [{ path: '/consul/data', options: ['-data-dir', '--data-dir'] }],
  keeps: 'optional',
  keepsNothing: (words) => words.includes('-dev'),
};
