import type { KnownService } from '#workload/known-data/known-service.ts';

export const rabbitmq: KnownService = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  images: ['rabbitmq'],
  servers: ['rabbitmq-server'],
  directories: [{ path: '/var/lib/rabbitmq', variable: 'RABBITMQ_DATA_DIR' }],
  marks: ['RABBITMQ_DATA_DIR'],
  versions: ['RABBITMQ_VERSION'],
  clients: ['rabbitmqctl', 'rabbitmqadmin', 'rabbitmq-diagnostics'],
  keeps: 'always',
};
