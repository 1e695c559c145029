import { createHash } from 'node:crypto';
import { type Digest, isDigest } from '#core/digest.ts';
import { lookUpsOf } from '#finding/look-ups.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { Inventory, Package } from '#inventory/package.ts';
import type { Change, TableProjection } from '#ledger/projection/projection.ts';

/** What a package's record holds: enough to compare it with advisories again, whatever image it is in. */
export type RecordedPackage = Pick<Inventory, 'os' | 'repositories'> & { readonly package: Package };

/** Packages of one layer and one owner: images on the same base share the group. */
const ID_BYTES = 16;

/**
 * Which packages every recorded inventory holds, kept so that images on the same base share their rows: an inventory is
 * a few groups, one a layer, and a group is a set of packages.
 */
export const contentsProjection: TableProjection = {
  kind: 'tables',
  id: 'contents',
  version: 2,
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
    members: {
      columns: { package: 'bytes', group: 'bytes' },
      key: ['package', 'group'],
    },
    groups: { columns: { group: 'bytes', inventory: 'text' }, key: ['group', 'inventory'] },
    /** Those whose blob was gone or damaged whenever it was asked for are unread: whether they are affected is unknown. */
    inventories: { columns: { inventory: 'text', unread: 'integer' }, key: ['inventory'], indexes: [['unread']] },
  },
  evidence: ({ known }) => {
    const { inventory } = known as ImageInventoried;
    return isDigest(inventory) ? [inventory as Digest] : [];
  },
  apply: ({ known }, [blob]) => {
    const { inventory: digest } = known as ImageInventoried;
    const inventory = blob === undefined ? undefined : readInventory(blob);
    const row = { inventory: digest, unread: inventory === undefined ? 1 : 0 };
    if (inventory === undefined) return [{ kind: 'add', table: 'inventories', row }];
    return changesOf(digest, inventory, { kind: 'put', table: 'inventories', row });
  },
};

type Contents = Pick<Inventory, 'os' | 'repositories' | 'packages'>;

/** A blob is what we wrote, by its digest; its shape may still be that of another version. */
function readInventory(blob: Buffer): Contents | undefined {
  try {
    const { inventory } = JSON.parse(blob.toString('utf8')) as { inventory?: Contents };
    return Array.isArray(inventory?.packages) && Array.isArray(inventory.repositories) ? inventory : undefined;
  } catch {
    return undefined;
  }
}

function* changesOf(digest: string, { os, repositories, packages }: Contents, last: Change): Generator<Change> {
  const byLayer = new Map<string, { readonly id: Buffer; readonly found: Package; readonly record: string }[]>();
  for (const found of packages) {
    const { layer, locations: _, owner: __, ...kept } = found;
    const record = JSON.stringify({ os, repositories, package: { ...kept, locations: [] } });
    const id = idOf(record);
    const key = layer?.digest ?? layer?.diffId ?? String(layer?.index ?? '');
    const others = byLayer.get(key);
    if (others === undefined) byLayer.set(key, [{ id, found, record }]);
    else others.push({ id, found, record });
  }
  const names: Change[] = [];
  const members: Change[] = [];
  const groups: Change[] = [];
  for (const layer of byLayer.values()) {
    const ids = [...new Set(layer.map(({ id }) => id.toString('hex')))].sort();
    const group = idOf(ids.join(''));
    groups.push({ kind: 'add', table: 'groups', row: { group, inventory: digest } });
    for (const { id, found, record } of layer) {
      const { purl, version, ownedBy } = found;
      const owned = ownedBy === undefined ? 0 : 1;
      yield {
        kind: 'add',
        table: 'packages',
        row: { id, base: keyText(purlBase(purl)), version: keyText(version), purl, owned, record },
      };
      members.push({ kind: 'add', table: 'members', row: { package: id, group } });
      const asked = lookUpsOf(found, os, repositories);
      if (asked.kind === 'none') continue;
      for (const { ecosystem, name } of asked.lookUps) {
        names.push({
          kind: 'add',
          table: 'names',
          row: { ecosystem: keyText(ecosystem), name: keyText(name), package: id },
        });
      }
    }
  }
  // Table by table: rows of one table, one after the other, are written together.
  yield* names;
  yield* members;
  yield* groups;
  yield last;
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
