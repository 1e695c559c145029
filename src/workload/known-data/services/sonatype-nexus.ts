import type { KnownService } from '#workload/known-data/known-service.ts';

export const sonatypeNexus: KnownService = {
  id: 'sonatype-nexus',
  title: 'Nexus Repository',
  images: ['nexus3'],
  marks: ['NEXUS_DATA'],
  servers: ['start-nexus-repository-manager.sh', 'nexus'],
  directories: [{ path: '/nexus-data', variable: 'NEXUS_DATA' }],
  keeps: 'always',
};
