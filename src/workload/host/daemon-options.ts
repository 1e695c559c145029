/** Options of the command line by the name that the configuration file gives them. */
const NAMES: Readonly<Record<string, string>> = {
  H: 'hosts',
  host: 'hosts',
  l: 'log-level',
  D: 'debug',
  'insecure-registry': 'insecure-registries',
  'storage-opt': 'storage-opts',
  'authorization-plugin': 'authorization-plugins',
  'default-ulimit': 'default-ulimits',
  'log-opt': 'log-opts',
};
/** Options without a value of their own in the next word. */
const FLAGS: ReadonlySet<string> = new Set([
  'debug',
  'icc',
  'ip-forward',
  'ip-masq',
  'iptables',
  'ip6tables',
  'live-restore',
  'no-new-privileges',
  'selinux-enabled',
  'tls',
  'tlsverify',
  'userland-proxy',
  'experimental',
  'raw-logs',
  'rootless',
  'ipv6',
]);

/**
 * What a daemon was started with: its command line, without the program, over its configuration file.
 * Lists and maps become several values; what is not given is not there.
 */
export function daemonOptions(
  words: readonly string[],
  configuration: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(configuration)) options.set(name, textsOf(value));
  for (let at = 0; at < words.length; at += 1) {
    const [, given, equals, inline] = /^--?([A-Za-z][A-Za-z0-9-]*)(=([\s\S]*))?$/.exec(words[at] ?? '') ?? [];
    if (given === undefined) continue;
    const name = NAMES[given] ?? given;
    let value = inline;
    if (equals === undefined) {
      const next = words[at + 1];
      if (FLAGS.has(name) || next === undefined || next.startsWith('-')) value = 'true';
      else {
        value = next;
        at += 1;
      }
    }
    options.set(name, [...(options.get(name) ?? []), value ?? '']);
  }
  return options;
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null) return Object.keys(value);
  return [String(value)];
}
