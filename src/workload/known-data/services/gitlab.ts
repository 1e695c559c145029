import type { KnownService } from '#workload/known-data/known-service.ts';

/** `/etc/gitlab` holds the keys without which the data cannot be read. */
export const gitlab: KnownService = {
  id: 'gitlab',
  title: 'GitLab',
  images: ['gitlab-ce', 'gitlab-ee'],
  servers: ['wrapper', 'init-container'],
  directories: [{ path: '/var/opt/gitlab' }, { path: '/etc/gitlab' }],
  scratch: ['/var/log/gitlab'],
  keeps: 'always',
};
