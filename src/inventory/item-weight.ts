import type { Item } from '#inventory/package.ts';

/** What an object costs beside its text. */
const OBJECT_BYTES = 256;
/** A package costs more: it is merged, matched and reported too. */
const PACKAGE_BYTES = 1536;

/** A pair of name and number. */
const USER_BYTES = 64;

/** About how much memory an item takes, in bytes. */
export function itemWeight(item: Item): number {
  switch (item.kind) {
    case 'package': {
      const { name, version, source, licences, vendor, modularity, qualifiers } = item.package;
      const texts = [name, version, source?.name, source?.version, vendor, modularity, ...licences];
      return PACKAGE_BYTES + lengthOf([...texts, ...Object.values(qualifiers ?? {})]);
    }
    case 'files':
      return OBJECT_BYTES + item.paths.length + item.package.length;
    case 'licences':
      return OBJECT_BYTES + lengthOf(item.licences) + item.package.length;
    case 'repositories':
      return OBJECT_BYTES + lengthOf(item.branches);
    case 'users':
      return OBJECT_BYTES + lengthOf(item.users.map(({ name }) => name)) + item.users.length * USER_BYTES;
    case 'os':
      return OBJECT_BYTES + lengthOf([item.release.id, item.release.versionId, item.release.name]);
  }
}

/** Each text costs a little even when it is empty. */
function lengthOf(texts: readonly (string | undefined)[]): number {
  return texts.reduce((sum, text) => sum + (text === undefined ? 0 : text.length + 24), 0);
}

/**
 * The same items without the text that they were cut from: a part of a long string keeps all of it in memory.
 * Items are plain data.
 */
export function detached(items: readonly Item[]): readonly Item[] {
  return items.some(({ kind }) => kind === 'files') ? items : (JSON.parse(JSON.stringify(items)) as Item[]);
}
