import type { KnownService } from '#workload/known-data/known-service.ts';

/** Laid out as Gitea. */
export const forgejo: KnownService = {
  id: 'forgejo',
  title: 'Forgejo',
  images: ['forgejo'],
  servers: ['gitea', 'forgejo', 's6-svscan'],
  clients: ['forgejo-runner'],
  directories: [{ path: '/data', variable: 'GITEA_WORK_DIR' }],
  scratch: ['/etc/gitea'],
  keeps: 'always',
  sqlite: true,
};
