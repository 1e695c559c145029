import type { KnownService } from '#workload/known-data/known-service.ts';

/** Apache's image keeps logs in `/tmp` unless KAFKA_LOG_DIRS says otherwise; Confluent's in the directory below. */
export const kafka: KnownService = {
  id: 'kafka',
  title: 'Apache Kafka',
  images: ['kafka', 'cp-kafka', 'cp-server', 'kafka-native'],
  servers: ['kafka-server-start.sh', 'kafka-server-start', 'run', '__cacert_entrypoint.sh'],
  directories: [{ path: '/var/lib/kafka/data', variable: 'KAFKA_LOG_DIRS' }],
  scratch: ['/etc/kafka/secrets', '/mnt/shared/config'],
  keeps: 'optional',
};
