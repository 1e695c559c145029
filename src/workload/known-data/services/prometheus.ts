import type { KnownService } from '#workload/known-data/known-service.ts';

export const prometheus: KnownService = {
  id: 'prometheus',
  title: 'Prometheus',
  images: ['prometheus'],
  servers: ['prometheus'],
  directories: [{ path: '/prometheus', options: ['--storage.tsdb.path'] }],
  clients: ['promtool'],
  keeps: 'always',
};
