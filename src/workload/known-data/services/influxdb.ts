import type { KnownService } from '#workload/known-data/known-service.ts';

/** Version 2 moved its data, version 3 keeps it where `--data-dir` says, or in an object store. */
export const influxdb: KnownService = {
  id: 'influxdb',
  title: 'InfluxDB',
  images: ['influxdb'],
  versions: ['INFLUXDB_VERSION'],
  servers: ['influxd', 'influxdb3'],
  clients: ['influx'],
  directories: [
    { path: '/var/lib/influxdb', before: 2 },
    { path: '/var/lib/influxdb2', from: 2, before: 3, variable: 'INFLUXD_ENGINE_PATH', options: ['--engine-path'] },
    { path: '/var/lib/influxdb3', from: 3, variable: 'INFLUXDB3_DB_DIR', options: ['--data-dir'] },
  ],
  scratch: ['/etc/influxdb2', '/etc/influxdb'],
  keeps: 'optional',
};
