import { createHash } from 'node:crypto';
import { readGroup } from '#app/package-groups.ts';
import { type Digest, digestHex, isDigest } from '#core/digest.ts';
import { lookUpsOf } from '#finding/look-ups.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { Inventory, Package } from '#inventory/package.ts';
import type { Change, Seen, TableProjection } from '#ledger/projection/projection.ts';

/** What a package's record holds: enough to compare it with advisories again, whatever image it is in. */
export type RecordedPackage = Pick<Inventory, 'os' | 'repositories'> & { readonly package: Package };

const ID_BYTES = 16;

/**
 * Which packages every recorded inventory holds, kept so that images on the same base share their rows: an inventory is
 * a few groups of packages ({@link file://../package-groups.ts}), and what is in a group is read once.
 */
export const contentsProjection: TableProjection = {
  kind: 'tables',
  id: 'contents',
  version: 3,
  handles: ['image.inventoried'],
  when: 'catch-up',
  tables: {
    packages: {
      columns: { id: 'bytes', base: 'text', version: 'text', purl: 'text', owned: 'integer', record: 'text' },
      key: ['id'],
      indexes: [['base', 'version']],
    },
    /** What advisories are asked about a package. */
    names: { columns: { ecosystem: 'text', name: 'text', package: 'bytes' }, key: ['ecosystem', 'name', 'package'] },
    members: { columns: { package: 'bytes', group: 'bytes' }, key: ['package', 'group'] },
    groups: { columns: { group: 'bytes', inventory: 'text' }, key: ['group', 'inventory'] },
    /** Groups whose packages are in these tables. */
    known: { columns: { group: 'bytes' }, key: ['group'] },
    /** Groups whose blob was gone or damaged when it was asked for: unless known since, what is in them is unknown. */
    unread: { columns: { group: 'bytes' }, key: ['group'] },
  },
  evidence: ({ known }) =>
    (known as ImageInventoried).groups
      .filter(isDigest)
      .map((digest) => ({ digest, unless: { table: 'known', row: { group: groupId(digest) } } })),
  apply: ({ known }, seen) => {
    const { inventory, groups } = known as ImageInventoried;
    return groups.filter(isDigest).flatMap((digest, index) => [...changesOf(digest, inventory, seen[index])]);
  },
  unreadable: ({ position }) => {
    const group = idOf(`event ${position}`);
    return [
      { kind: 'add', table: 'groups', row: { group, inventory: unreadableInventory(position) } },
      { kind: 'add', table: 'unread', row: { group } },
    ];
  },
};

/** Stands for the inventory of an event that a newer program wrote. */
export function unreadableInventory(position: number): string {
  return `event:${position}`;
}

function groupId(digest: Digest): Buffer {
  return Buffer.from(digestHex(digest), 'hex').subarray(0, ID_BYTES);
}

function* changesOf(digest: Digest, inventory: string, seen: Seen): Generator<Change> {
  const group = groupId(digest);
  yield { kind: 'add', table: 'groups', row: { group, inventory } };
  if (seen === 'known') return;
  const contents = seen === undefined ? undefined : readGroup(seen);
  if (contents === undefined) {
    yield { kind: 'add', table: 'unread', row: { group } };
    return;
  }
  const { os, repositories, packages } = contents;
  for (const found of packages) {
    const record = JSON.stringify({ os, repositories, package: found });
    const id = idOf(record);
    const { purl, version, ownedBy } = found;
    const row = { id, base: keyText(purlBase(purl)), version: keyText(version), purl, owned: ownedBy ? 1 : 0, record };
    yield { kind: 'add', table: 'packages', row };
    yield { kind: 'add', table: 'members', row: { package: id, group } };
    const asked = lookUpsOf(found, os, repositories);
    if (asked.kind === 'none') continue;
    for (const { ecosystem, name } of asked.lookUps) {
      const names = { ecosystem: keyText(ecosystem), name: keyText(name), package: id };
      yield { kind: 'add', table: 'names', row: names };
    }
  }
  yield { kind: 'add', table: 'known', row: { group } };
}

const MOST_KEY_CHARACTERS = 400;

/**
 * Databases index short texts only; a longer name stays recognisable, and itself. What is no text to them (NUL, half a
 * character) is replaced here, so that the same is asked for as was kept.
 */
export function keyText(text: string): string {
  const tame = text.replaceAll('\0', '\ufffd').toWellFormed();
  if (tame.length <= MOST_KEY_CHARACTERS) return tame;
  return `${tame.slice(0, MOST_KEY_CHARACTERS).toWellFormed()}…${idOf(tame).toString('hex')}`;
}

function idOf(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, ID_BYTES);
}

/** A package URL without version, qualifiers and subpath: what all versions of a package share. */
export function purlBase(purl: string): string {
  const end = purl.search(/[?#]/);
  const path = end < 0 ? purl : purl.slice(0, end);
  const at = path.lastIndexOf('@');
  return at > path.lastIndexOf('/') ? path.slice(0, at) : path;
}
