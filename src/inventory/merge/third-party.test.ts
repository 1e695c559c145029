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
  ['deb', 'docker.com', false],
  ['deb', `${'@a.'.repeat(20_000)}>`, false],
  ['deb', undefined, false],
  ['apk', 'Docker <support@docker.com>', false],
  ['npm', 'Docker <support@docker.com>', false],
] as const)('%s by %s: %s', (type, vendor, third) => {
  expect(isThirdParty(vendor === undefined ? { type } : { type, vendor }, os('debian'))).toBe(third);
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
  expect(isThirdParty({ type: 'rpm', vendor }, os(id))).toBe(third);
  expect(isThirdParty({ type: 'rpm' }, os(id))).toBe(false);
  expect(isThirdParty({ type: 'rpm', vendor }, undefined)).toBe(false);
});
