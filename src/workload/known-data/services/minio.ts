import type { KnownService } from '#workload/known-data/known-service.ts';

/** Where it keeps objects is an argument of its own: `/data` is only the custom, so an empty one means nothing. */
export const minio: KnownService = {
  id: 'minio',
  title: 'MinIO',
  images: ['minio'],
  servers: ['minio'],
  directories: [{ path: '/data', variable: 'MINIO_VOLUMES' }],
  clients: ['mc'],
  keeps: 'optional',
};
