import type { OsRelease } from '#inventory/package.ts';
import { parseAssignments, printable } from './parse.ts';

type Read = (text: string) => OsRelease | undefined;

/**
 * Release files of before os-release, or beside it. In the order in which they are believed: the more a file says of
 * itself the earlier, those that derivatives inherit last (Ubuntu has Debian's file, Oracle Linux has Red Hat's).
 */
export const RELATIVES: readonly (readonly [path: string, read: Read])[] = [
  ['etc/lsb-release', readLsb],
  ['etc/alpine-release', readAlpine],
  ['etc/oracle-release', readSentence],
  ['etc/rocky-release', readSentence],
  ['etc/almalinux-release', readSentence],
  ['etc/fedora-release', readSentence],
  ['etc/centos-release', readSentence],
  ['etc/system-release', readSentence],
  ['etc/redhat-release', readSentence],
  ['etc/debian_version', readDebian],
];

/** Names as release sentences write them, with the `ID` that os-release has for them. Longer names first. */
const SENTENCE_NAMES: readonly (readonly [start: string, id: string])[] = [
  ['red hat enterprise linux', 'rhel'],
  ['amazon linux', 'amzn'],
  ['oracle linux', 'ol'],
  ['rocky linux', 'rocky'],
  ['almalinux', 'almalinux'],
  ['centos', 'centos'],
  ['fedora', 'fedora'],
];

/** `Rocky Linux release 9.3 (Blue Onyx)`. */
function readSentence(text: string): OsRelease | undefined {
  const name = firstLine(text);
  if (name === '') return undefined;
  const lower = name.toLowerCase();
  const id = SENTENCE_NAMES.find(([start]) => lower.startsWith(start))?.[1];
  const version = /\b(\d{1,6}(?:\.\d{1,6})*)/.exec(name)?.[1] ?? '';
  return { id: id ?? 'linux', versionId: id === 'centos' ? major(version) : version, name, idLike: [] };
}

/** The version alone, `3.19.1` or `3.21.0_alpha20240923`. */
function readAlpine(text: string): OsRelease | undefined {
  const version = firstLine(text);
  if (!/^\d{1,4}\.\d{1,4}[A-Za-z0-9._-]{0,40}$/.test(version)) return undefined;
  const branch = version.includes('_') ? 'edge' : `v${version.split('.').slice(0, 2).join('.')}`;
  return { id: 'alpine', versionId: version, name: `Alpine Linux ${branch}`, idLike: [] };
}

/** `12.5`, of which os-release has the first number; or `trixie/sid` before a release, which has none. */
function readDebian(text: string): OsRelease | undefined {
  const version = firstLine(text);
  if (version === '') return undefined;
  const numeric = /^\d{1,4}(?:\.\d{1,4})*$/.test(version);
  return { id: 'debian', versionId: numeric ? major(version) : '', name: `Debian GNU/Linux ${version}`, idLike: [] };
}

/** Assignments as in os-release, by other names (Linux Standard Base, `lsb_release`). */
function readLsb(text: string): OsRelease | undefined {
  const values = parseAssignments(text);
  const id = values.get('DISTRIB_ID');
  if (!id) return undefined;
  const versionId = values.get('DISTRIB_RELEASE') ?? '';
  const codename = values.get('DISTRIB_CODENAME');
  return {
    id: id.toLowerCase(),
    versionId,
    name: values.get('DISTRIB_DESCRIPTION') || `${id} ${versionId}`.trim(),
    ...(codename ? { codename } : {}),
    idLike: [],
  };
}

function firstLine(text: string): string {
  return printable(text.slice(0, 1024).split('\n', 1)[0] ?? '').trim();
}

function major(version: string): string {
  return version.split('.', 1)[0] ?? '';
}
