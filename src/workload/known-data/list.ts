import type { KnownService } from '#workload/known-data/known-service.ts';
import { cassandra } from '#workload/known-data/services/cassandra.ts';
import { clickhouse } from '#workload/known-data/services/clickhouse.ts';
import { consul } from '#workload/known-data/services/consul.ts';
import { couchdb } from '#workload/known-data/services/couchdb.ts';
import { elasticsearch } from '#workload/known-data/services/elasticsearch.ts';
import { etcd } from '#workload/known-data/services/etcd.ts';
import { forgejo } from '#workload/known-data/services/forgejo.ts';
import { gitea } from '#workload/known-data/services/gitea.ts';
import { gitlab } from '#workload/known-data/services/gitlab.ts';
import { grafana } from '#workload/known-data/services/grafana.ts';
import { homeAssistant } from '#workload/known-data/services/home-assistant.ts';
import { influxdb } from '#workload/known-data/services/influxdb.ts';
import { jenkins } from '#workload/known-data/services/jenkins.ts';
import { kafka } from '#workload/known-data/services/kafka.ts';
import { mariadb } from '#workload/known-data/services/mariadb.ts';
import { minio } from '#workload/known-data/services/minio.ts';
import { mongo } from '#workload/known-data/services/mongo.ts';
import { mysql } from '#workload/known-data/services/mysql.ts';
import { neo4j } from '#workload/known-data/services/neo4j.ts';
import { nextcloud } from '#workload/known-data/services/nextcloud.ts';
import { opensearch } from '#workload/known-data/services/opensearch.ts';
import { postgres } from '#workload/known-data/services/postgres.ts';
import { prometheus } from '#workload/known-data/services/prometheus.ts';
import { rabbitmq } from '#workload/known-data/services/rabbitmq.ts';
import { redis } from '#workload/known-data/services/redis.ts';
import { registry } from '#workload/known-data/services/registry.ts';
import { sonatypeNexus } from '#workload/known-data/services/sonatype-nexus.ts';
import { valkey } from '#workload/known-data/services/valkey.ts';
import { vault } from '#workload/known-data/services/vault.ts';
import { vaultwarden } from '#workload/known-data/services/vaultwarden.ts';
import { wordpress } from '#workload/known-data/services/wordpress.ts';
import { zookeeper } from '#workload/known-data/services/zookeeper.ts';

/** Every service whose data directories are known, by id. */
export const KNOWN_SERVICES: readonly KnownService[] = [
  cassandra,
  clickhouse,
  consul,
  couchdb,
  elasticsearch,
  etcd,
  forgejo,
  gitea,
  gitlab,
  grafana,
  homeAssistant,
  influxdb,
  jenkins,
  kafka,
  mariadb,
  minio,
  mongo,
  mysql,
  neo4j,
  nextcloud,
  opensearch,
  postgres,
  prometheus,
  rabbitmq,
  redis,
  registry,
  sonatypeNexus,
  valkey,
  vault,
  vaultwarden,
  wordpress,
  zookeeper,
];
