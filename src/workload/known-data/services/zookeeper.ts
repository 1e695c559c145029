import type { KnownService } from '#workload/known-data/known-service.ts';

export const zookeeper: KnownService = {
  id: 'zookeeper',
  title: 'Apache ZooKeeper',
  images: ['zookeeper'],
  marks: ['ZOO_DATA_DIR'],
  servers: ['zkServer.sh'],
  clients: ['zkCli.sh'],
  directories: [
    { path: '/data', variable: 'ZOO_DATA_DIR' },
    { path: '/datalog', variable: 'ZOO_DATA_LOG_DIR' },
  ],
  scratch: ['/logs'],
  keeps: 'always',
};
