import type { KnownService } from '#workload/known-data/known-service.ts';

export const vaultwarden: KnownService = {
  id: 'vaultwarden',
  title: 'Vaultwarden',
  images: ['vaultwarden/server', 'vaultwarden', 'bitwardenrs/server'],
  servers: ['start.sh', 'vaultwarden'],
  directories: [{ path: '/data', variable: 'DATA_FOLDER' }],
  keeps: 'always',
  sqlite: true,
};
