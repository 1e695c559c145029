import type { VisibleFile } from '#inventory/merge/visible-files.ts';
import type { Inventory } from '#inventory/package.ts';

/**
 * What the image's list of users says of the user that it is configured to run as (OCI image specification, config, `User`: a
 * name or a number, with a group behind a colon). Undefined for a number, which runtimes never look up as a name, for a name
 * that is not in the list, and where the list has no number for it.
 */
export function configuredUser(configured: string | undefined, visible: readonly VisibleFile[]): Inventory['user'] {
  const [name = ''] = (configured ?? '').split(':');
  if (name === '' || /^[+-]?\d+$/.test(name)) return undefined;
  for (const { versions } of visible) {
    for (const item of versions[0]?.file.items ?? []) {
      const uid = item.kind === 'users' ? item.users.find((user) => user.name === name)?.uid : undefined;
      if (uid !== undefined && uid !== null) return { name, uid };
    }
  }
  return undefined;
}
