import type { KnownService } from '#workload/known-data/known-service.ts';

/** Its VOLUME is the whole `/var/www/html`; what is not in the image or made from the environment is in `wp-content`. */
export const wordpress: KnownService = {
  id: 'wordpress',
  title: 'WordPress',
  images: ['wordpress'],
  servers: ['apache2-foreground', 'php-fpm'],
  directories: [{ path: '/var/www/html/wp-content' }],
  clients: ['wp'],
  keeps: 'always',
};
