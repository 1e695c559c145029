import type { Facts } from '#policy/facts/facts.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';

/** The day of all tests. */
export const NOW = Date.UTC(2026, 5, 15);
const DAY_MS = 24 * 3_600_000;

/** A day some days before {@link NOW}. */
export function daysAgo(days: number): string {
  return new Date(NOW - days * DAY_MS).toISOString();
}

/** An affected, fixable, high flaw that became known 100 days ago. */
export function finding(own: Partial<FindingFacts> = {}): FindingFacts {
  return {
    id: 'CVE-2026-1000',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    package: 'openssl',
    version: '3.0.1',
    purl: 'pkg:deb/debian/openssl@3.0.1?distro=debian-12',
    type: 'deb',
    owner: 'app',
    severity: 'high',
    score: 7.5,
    fixable: true,
    fixedVersions: ['3.0.11'],
    fixState: null,
    knownExploited: false,
    knownExploitedSince: null,
    epss: 0.01,
    published: daysAgo(100),
    fixed: null,
    firstSeen: null,
    status: 'affected',
    statement: null,
    location: 'var/lib/dpkg/status',
    layer: 2,
    ...own,
  };
}

/** A good image: pinned, tagged, not root, ten days old. */
export function image(own: Partial<ImageFacts> = {}): ImageFacts {
  return {
    reference: 'registry.example/team/app:1.4',
    registry: 'registry.example',
    repository: 'team/app',
    tag: '1.4',
    pinned: false,
    digest: `sha256:${'a'.repeat(64)}`,
    imageId: `sha256:${'b'.repeat(64)}`,
    platform: 'linux/amd64',
    created: daysAgo(10),
    layers: 3,
    sizeBytes: 50_000_000,
    sizeOf: 'compressed',
    user: '1000',
    root: false,
    entrypoint: ['/app'],
    command: [],
    ports: ['8080/tcp'],
    volumes: [],
    labels: { 'org.opencontainers.image.source': 'https://example.com/team/app' },
    base: null,
    os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12' },
    verified: 'digests',
    ...own,
  };
}

/** An image that was looked at whole, in which nothing is wrong, unless parts of it are given. */
export function facts(own: Partial<Facts> = {}): Facts {
  const later = { state: 'not-collected', why: 'this program does not collect it' } as const;
  const run = { state: 'not-collected', why: 'an image is judged, not how it is run' } as const;
  return {
    version: 1,
    subject: { kind: 'image', name: 'registry.example/team/app:1.4', environment: null },
    image: { state: 'collected', value: image() },
    packages: { state: 'collected', value: [] },
    findings: { state: 'collected', value: [] },
    coverage: { state: 'collected', value: [{ subject: 'Debian:12', state: 'covered', packages: 100, reason: 'ok' }] },
    advisories: { state: 'collected', value: { kind: 'full', builtAt: daysAgo(1), records: 1000 } },
    sbom: { state: 'collected', value: { format: 'cyclonedx', attached: null } },
    workload: run,
    data: run,
    secrets: later,
    malware: later,
    trust: later,
    ...own,
  };
}

/** The same with these findings. */
export function factsWith(...findings: readonly Partial<FindingFacts>[]): Facts {
  return facts({ findings: { state: 'collected', value: findings.map(finding) } });
}
