import type { KnownService } from '#workload/known-data/known-service.ts';

/** Without an option it keeps `default.etcd` in the directory where it starts, which is the root of its images. */
export const etcd: KnownService = {
  id: 'etcd',
  title: 'etcd',
  images: ['etcd'],
  servers: ['etcd'],
  clients: ['etcdctl', 'etcdutl'],
  directories: [{ path: '/default.etcd', variable: 'ETCD_DATA_DIR', options: ['--data-dir', '-data-dir'] }],
  keeps: 'optional',
};
