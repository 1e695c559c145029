import type { Problem } from '#core/errors.ts';
import type { Item } from '#inventory/package.ts';
import { rpm } from './index.ts';

export interface Cataloged {
  readonly items: readonly Item[];
  /** `name version`, in the database's order. */
  readonly packages: readonly string[];
  readonly problems: readonly Problem[];
}

/** Runs the cataloger over a database, with its write-ahead log if there is one. */
export function catalogRpm(bytes: Buffer, wal?: Buffer, path = 'var/lib/rpm/rpmdb.sqlite'): Cataloged {
  const problems: Problem[] = [];
  const items = [
    ...rpm.catalog(
      { path, mode: 0o644, bytes },
      {
        problem: (problem) => problems.push(problem),
        beside: (ending) =>
          ending === '-wal' && wal !== undefined ? { path: path + ending, mode: 0o644, bytes: wal } : undefined,
      },
    ),
  ];
  const packages = items.flatMap((item) =>
    item.kind === 'package' ? [`${item.package.name} ${item.package.version}`] : [],
  );
  return { items, packages, problems };
}
