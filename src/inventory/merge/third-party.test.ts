import { expect, it } from 'vitest';
import type { OsRelease } from '../package.ts';
import { isThirdParty } from './third-party.ts';

const os = (id: string): OsRelease => ({ id, versionId: '1', name: id, idLike: [] });

it.each([
  ['deb', 'Docker <support@docker.com>', true],
  ['deb', 'Ivan <ivan@dl.nodesource.com>', true],
  ['deb', 'NGINX Packaging <nginx-packaging@nginx.org>', true],
  ['deb', 'Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>', false],
  ['deb', 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', false],
  ['deb', 'Someone <someone@notdocker.com>', false],
  ['deb', 'Someone <someone@docker.com.example.org>', false],
  ['deb', 'Google Cloud CLI Authors <https://code.google.com/p/google-cloud-sdk/>', true],
  ['deb', 'Kubernetes Authors <kubernetes-dev+release@googlegroups.com>', true],
  ['deb', 'Someone <someone@googlegroups.com>', false],
  ['deb', `${'@a.'.repeat(20_000)}>`, false],
  ['deb', undefined, false],
  ['apk', 'Docker <support@docker.com>', false],
  ['npm', 'Docker <support@docker.com>', false],
] as const)('%s by %s: %s', (type, vendor, third) => {
  expect(
    isThirdParty(vendor === undefined ? { type, version: '1' } : { type, version: '1', vendor }, os('debian')),
  ).toBe(third);
});

it.each([
  ['rhel', 'Red Hat, Inc.', false],
  ['rhel', 'Fedora Project', true],
  ['almalinux', 'AlmaLinux', false],
  ['almalinux', 'NVIDIA Corporation', true],
  ['amzn', 'Amazon.com', false],
  ['amzn', '', false],
  ['amzn', 'PostgreSQL Global Development Group', true],
  ['unheard-of', 'Anyone', false],
])('rpm on %s by %j: %s', (id, vendor, third) => {
  expect(isThirdParty({ type: 'rpm', version: '1', vendor }, os(id))).toBe(third);
  expect(isThirdParty({ type: 'rpm', version: '1' }, os(id))).toBe(false);
  expect(isThirdParty({ type: 'rpm', version: '1', vendor }, undefined)).toBe(false);
});

it.each([
  ['16.1-1.pgdg120+1', true],
  ['1:11.2.2+maria~deb12', true],
  ['8.3.0-1+0~20231123.6+debian12~1.gbp1e0d8d', true],
  ['15.5-0+deb12u1', false],
])('deb rebuilt elsewhere, by its version %s: %s', (version, third) => {
  const vendor = 'Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>';
  expect(isThirdParty({ type: 'deb', version, vendor }, os('debian'))).toBe(third);
});
