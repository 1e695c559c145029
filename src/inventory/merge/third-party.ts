import type { FoundPackage, OsRelease } from '#inventory/package.ts';

/** Publishers of Debian packages outside Debian and Ubuntu, by the domain in their maintainer's address. */
const DEB_PUBLISHERS =
  /@(?:[\w.-]+\.)?(?:docker\.com|nodesource\.com|microsoft\.com|google\.com|mongodb\.com|elastic\.co|hashicorp\.com|gitlab\.com|nginx\.(?:com|org)|grafana\.com|influxdata\.com|confluent\.io|datadoghq\.com|newrelic\.com|percona\.com|cloudflare\.com|rabbitmq\.com|oracle\.com|mysql\.com|nvidia\.com|azul\.com|sury\.org|deb\.sury\.org|varnish-software\.com|timescale\.com|couchbase\.com|neo4j\.com|amazon\.com|github\.com)>/i;

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
export function isThirdParty(found: Pick<FoundPackage, 'type' | 'vendor'>, os: OsRelease | undefined): boolean {
  if (found.type === 'deb') return DEB_PUBLISHERS.test(found.vendor ?? '');
  if (found.type !== 'rpm' || os === undefined || found.vendor === undefined) return false;
  const own = RPM_VENDORS[os.id];
  return own !== undefined && !own.test(found.vendor);
}
