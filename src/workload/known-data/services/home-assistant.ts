import type { KnownService } from '#workload/known-data/known-service.ts';

export const homeAssistant: KnownService = {
  id: 'home-assistant',
  title: 'Home Assistant',
  images: ['home-assistant'],
  servers: ['init'],
  directories: [{ path: '/config' }],
  keeps: 'always',
  sqlite: true,
};
