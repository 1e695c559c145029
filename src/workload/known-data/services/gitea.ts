import type { KnownService } from '#workload/known-data/known-service.ts';

/** The rootless images keep it in `/var/lib/gitea` instead; their work path is a variable of the image. */
export const gitea: KnownService = {
  id: 'gitea',
  title: 'Gitea',
  images: ['gitea'],
  servers: ['gitea', 's6-svscan'],
  directories: [{ path: '/data', variable: 'GITEA_WORK_DIR' }],
  scratch: ['/etc/gitea'],
  keeps: 'always',
  sqlite: true,
};
