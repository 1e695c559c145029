import type { KnownService } from '#workload/known-data/known-service.ts';

export const neo4j: KnownService = {
  id: 'neo4j',
  title: 'Neo4j',
  images: ['neo4j'],
  servers: ['neo4j'],
  directories: [{ path: '/data', variable: 'NEO4J_server_directories_data' }],
  marks: ['NEO4J_EDITION'],
  clients: ['cypher-shell', 'neo4j-admin'],
  scratch: ['/logs'],
  keeps: 'always',
};
