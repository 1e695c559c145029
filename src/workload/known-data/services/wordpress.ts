import type { KnownService } from '#workload/known-data/known-service.ts';

export const wordpress: KnownService = {
  id: 'wordpress',
  title: 'WordPress',
  images: ['wordpress'],
  servers: ['apache2-foreground', 'php-fpm'],
  directories: [{ path: '/var/www/html' }],
  clients: ['wp'],
  keeps: 'always',
};
