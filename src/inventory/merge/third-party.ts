import type { FoundPackage, OsRelease } from '#inventory/package.ts';

/** Publishers of Debian packages outside Debian and Ubuntu, by the domain of their maintainer's address, or the whole of it. */
const DEB_PUBLISHERS: readonly string[] = [
  ...['amazon.com', 'azul.com', 'broadcom.com', 'chromium.org', 'clickhouse.com', 'cloudflare.com', 'confluent.io'],
  ...['couchbase.com', 'datadoghq.com', 'docker.com', 'dotnetfoundation.org', 'eclipse.org', 'elastic.co', 'f5.com'],
  ...['github.com', 'gitlab.com', 'google.com', 'grafana.com', 'hashicorp.com', 'influxdata.com'],
  ...['influxdb.com', 'kubernetes.io', 'lists.mariadb.org', 'microsoft.com', 'mongodb.com', 'mysql.com', 'neo4j.com'],
  ...['newrelic.com', 'nginx.com', 'nginx.org', 'nodesource.com', 'nvidia.com', 'oracle.com', 'percona.com'],
  'kubernetes-dev+release@googlegroups.com',
  ...['rabbitmq.com', 'sury.org', 'timescale.com', 'varnish-software.com', 'zabbix.com'],
];

/** Repositories that keep Debian's maintainers, and say in the version that they built it: PostgreSQL's, MariaDB's, Surý's. */
const DEB_REBUILDS = /\.pgdg\d|\+maria~|\+0~\d{8}\./;

/** Debian's packages have a maintainer with an address (Debian policy, 3.3); who leaves it out is not Debian. */
function isForeignDeb({ vendor, version }: Pick<FoundPackage, 'vendor' | 'version'>): boolean {
  if (DEB_REBUILDS.test(version)) return true;
  if (vendor === undefined) return false;
  const at = vendor.lastIndexOf('@');
  if (at < 0) return true;
  const address = vendor
    .slice(vendor.lastIndexOf('<', at) + 1)
    .replace(/[>\s].*$/s, '')
    .toLowerCase();
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return DEB_PUBLISHERS.some((one) => address === one || domain === one || domain.endsWith(`.${one}`));
}

/** How each distribution names itself as an rpm's vendor. */
const RPM_VENDORS: Readonly<Record<string, RegExp>> = {
  rhel: /^Red Hat/i,
  centos: /^(?:CentOS|Red Hat)/i,
  almalinux: /^AlmaLinux/i,
  rocky: /^Rocky/i,
  ol: /^Oracle/i,
  fedora: /^Fedora/i,
  amzn: /^(?:Amazon|$)/i,
  sles: /^SUSE/i,
  'opensuse-leap': /^(?:openSUSE|SUSE)/i,
  'opensuse-tumbleweed': /^openSUSE/i,
  photon: /^(?:VMware|Broadcom)/i,
  mariner: /^Microsoft/i,
  azurelinux: /^Microsoft/i,
};

/**
 * True when an OS package plainly comes from someone else than the distribution: the distribution's advisories do not
 * cover it, and it does not vouch for what it carries. Where nothing is known, the package is taken as the distribution's.
 */
export function isThirdParty(
  found: Pick<FoundPackage, 'type' | 'vendor' | 'version'>,
  os: OsRelease | undefined,
): boolean {
  if (found.type === 'deb') return isForeignDeb(found);
  if (found.type !== 'rpm' || os === undefined || found.vendor === undefined) return false;
  const own = RPM_VENDORS[os.id];
  return own !== undefined && !own.test(found.vendor);
}
