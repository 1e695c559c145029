import type { KnownService } from '#workload/known-data/known-service.ts';

/** Without arguments its image runs in development mode, which keeps everything in memory. */
export const vault: KnownService = {
  id: 'vault',
  title: 'Vault',
  images: ['vault', 'openbao'],
  servers: ['vault', 'server', 'bao'],
  directories: [{ path: '/vault/file' }],
  scratch: ['/vault/logs'],
  keeps: 'optional',
  keepsNothing: (words) => words.includes('-dev'),
};
