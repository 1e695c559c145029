import type { KnownService } from '#workload/known-data/known-service.ts';

export const nextcloud: KnownService = {
  id: 'nextcloud',
  title: 'Nextcloud',
  images: ['nextcloud'],
  servers: ['apache2-foreground', 'php-fpm'],
  directories: [{ path: '/var/www/html' }],
  marks: ['NEXTCLOUD_VERSION'],
  versions: ['NEXTCLOUD_VERSION'],
  keeps: 'always',
};
