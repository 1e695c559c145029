import { isIPv4, isIPv6 } from 'node:net';

/**
 * True for a host name or address that can only mean this machine: `localhost`, 127.0.0.0/8, ::1. Names that merely
 * resolve to such an address do not count. Takes what `URL.hostname` gives, brackets included.
 */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === 'localhost') return true;
  if (isIPv4(name)) return name.startsWith('127.');
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return isIPv6(bare) && (bare === '::1' || /^::ffff:7f[0-9a-f]{2}:/.test(bare));
}
