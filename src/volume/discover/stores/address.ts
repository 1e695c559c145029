/** A store that a text names, without anything secret in it. */
export interface StoreAddress {
  readonly kind: string;
  /** Absent where it could not be told from a user or password with certainty. */
  readonly host?: string;
}

/** Schemes of addresses to what is kept there. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['cockroachdb', 'postgres'],
  ['mysql', 'mysql'],
  ['mysql2', 'mysql'],
  ['mariadb', 'mysql'],
  ['mongodb', 'mongodb'],
  ['redis', 'redis'],
  ['rediss', 'redis'],
  ['valkey', 'redis'],
  ['amqp', 'amqp'],
  ['amqps', 'amqp'],
  ['sqlserver', 'mssql'],
  ['mssql', 'mssql'],
  ['oracle', 'oracle'],
  ['cassandra', 'cassandra'],
  ['clickhouse', 'clickhouse'],
  ['couchdb', 'couchdb'],
  ['neo4j', 'neo4j'],
  ['bolt', 'neo4j'],
  ['influxdb', 'influxdb'],
  ['nats', 'nats'],
  ['kafka', 'kafka'],
  ['s3', 's3'],
  ['nfs', 'nfs'],
  ['smb', 'cifs'],
  ['cifs', 'cifs'],
  ['sftp', 'sftp'],
]);

const TEXT_LIMIT = 8_192;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\])$/;

/**
 * Every address of a store in a text. The host is shown only where nothing in the text could make a part of a password
 * look like one: a second `@`, or one after a slash, leaves it out.
 */
export function storeAddresses(text: string): readonly StoreAddress[] {
  const found: StoreAddress[] = [];
  const pattern = /(?:jdbc:)?([a-z][a-z0-9]{1,11})(?:\+[a-z0-9]{1,20})?:\/\/([^\s"'<>]{0,2000})/gi;
  for (const [, scheme = '', rest = ''] of text.slice(0, TEXT_LIMIT).matchAll(pattern)) {
    const kind = SCHEMES.get(scheme.toLowerCase());
    if (kind === undefined || isLocal(rest)) continue;
    const host = hostOf(rest);
    found.push(host === undefined ? { kind } : { kind, host });
  }
  return found;
}

/** Without a host it is a socket of the container's own, unless the host is among the parameters. */
function isLocal(rest: string): boolean {
  return /^(?:\/|$)/.test(rest) && !/[?&]host=(?!\/|%2f|&|$)/i.test(rest);
}

function hostOf(rest: string): string | undefined {
  const end = rest.search(/[/?#;]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const parts = authority.split('@');
  if (parts.length > 2 || rest.slice(authority.length).includes('@')) return undefined;
  // A list of hosts is told by its first.
  return plainHost(parts.at(-1)?.split(',', 1)[0] ?? '');
}

/** A host with or without a port; undefined for anything that is neither a name nor an address. */
export function plainHost(text: string): string | undefined {
  const host = text.replace(/:(?:\d{1,5})$/, '');
  return HOST.test(host) ? host : undefined;
}
