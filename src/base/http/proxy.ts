import { BlockList, isIP, isIPv4 } from 'node:net';
import { isLoopback } from '#base/http/loopback.ts';
import { HoldfastError } from '#core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.toLowerCase().replace(/\.$/, '');
}

function inNetwork(address: string, entry: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function entryMatches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && inNetwork(host, entry);
  const withPort = /^(.*?):(\d+)$/.exec(entry);
  const portGiven = withPort !== null && isIP(entry) === 0;
  const name = bare(portGiven ? (withPort[1] ?? '') : entry);
  if (portGiven && withPort[2] !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  // A leading dot or star means subdomains only, a plain name the domain and its subdomains.
  if (name.startsWith('*.')) return host.endsWith(name.slice(1));
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

/** True when NO_PROXY names this host: names, `.domain`, `*.domain`, addresses, networks, each with or without a port. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (DEFAULT_PORTS[url.protocol] ?? '');
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && entryMatches(entry, host, port));
}

/**
 * The proxy for a URL from HTTP_PROXY, HTTPS_PROXY and NO_PROXY (upper case first), as Go's programs read them, which
 * the other container tools are; this machine itself is never asked for through a proxy.
 * @throws `HTTP_PROXY_INVALID`
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  const get = (name: string) => environment[name.toUpperCase()] || environment[name] || '';
  const text = get(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy').trim();
  if (text === '' || isLoopback(url.hostname) || isExempt(url, get('no_proxy'))) return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  if (URL.canParse(full)) {
    const proxy = new URL(full);
    if ((proxy.protocol === 'http:' || proxy.protocol === 'https:') && proxy.hostname !== '') return proxy;
  }
  // The value itself may hold a password.
  throw new HoldfastError(
    'HTTP_PROXY_INVALID',
    `The proxy set for ${url.protocol}// addresses is not one that can be used`,
    {
      hint: 'Write HTTPS_PROXY and HTTP_PROXY as http://host:port or https://host:port.',
      kind: 'usage',
    },
  );
}
