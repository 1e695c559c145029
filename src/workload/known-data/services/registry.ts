import type { KnownService } from '#workload/known-data/known-service.ts';

/** With an object store the directory stays empty. */
export const registry: KnownService = {
  id: 'registry',
  title: 'the OCI registry (distribution)',
  images: ['registry', 'distribution'],
  servers: ['registry', 'serve'],
  directories: [{ path: '/var/lib/registry', variable: 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY' }],
  keeps: 'optional',
};
