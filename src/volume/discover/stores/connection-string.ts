import { plainHost, type StoreAddress } from '#volume/discover/stores/address.ts';

const TEXT_LIMIT = 8_192;

/** What says that a text of pairs is about a database, and not about something else that has a host. */
const DATABASE = /(?:^|[;\s])(?:dbname|database|initial catalog|user id|uid)\s*=/i;

/** A host that begins with a slash is a socket. */
const LIBPQ = /(?:^|\s)(?:host|hostaddr)=[^\s/]/;
const PAIRS = /(?:^|;)\s*(?:server|data source|host)\s*=[^;]*;/i;
const FIRST = /^\s*(?:server|data source|host)\s*=\s*(?:tcp:)?([^;=]{1,260});/i;

/**
 * The store that a connection string without a scheme names: pairs as ADO.NET and libpq write them, the Go driver's form of
 * MySQL's, and Azure's storage accounts. The host is shown only where it stands first, so that nothing before it, such as a password in quotes,
 * can hold what looks like one.
 */
export function connectionString(value: string): StoreAddress | undefined {
  const text = value.slice(0, TEXT_LIMIT);
  if (/(?:^|;)AccountKey=/i.test(text) && /(?:^|;)(?:AccountName|BlobEndpoint)=/i.test(text)) return { kind: 'azure' };
  const go = [...text.matchAll(/@tcp\(([^()@]{1,260})\)\//g)];
  if (go.length > 0) return withHost('mysql', go.length === 1 && text.split('@').length === 2 ? go[0]?.[1] : undefined);
  if (!DATABASE.test(text)) return undefined;
  if (LIBPQ.test(text)) return withHost('postgres', /^(?:host|hostaddr)=(\S+)/.exec(text)?.[1]);
  if (PAIRS.test(text)) return withHost('database', FIRST.exec(text)?.[1]);
  return undefined;
}

function withHost(kind: string, text: string | undefined): StoreAddress {
  const host = plainHost((text ?? '').split(',', 1)[0]?.trim() ?? '');
  return host === undefined ? { kind } : { kind, host };
}
