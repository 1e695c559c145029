import type { Cataloger, FileMatch } from '#inventory/cataloger.ts';

/** The catalogers that want a file, by its path. */
export type Matcher<C> = (path: string) => readonly C[];

const NONE: readonly never[] = [];

/** Makes one look-up of all catalogers' matches, so that a walk asks once a file. A cataloger is named at most once. */
export function compileMatches<C extends Pick<Cataloger, 'match'>>(catalogers: readonly C[]): Matcher<C> {
  const byPath = new Map<string, C[]>();
  const byName = new Map<string, C[]>();
  const byDirectory = new Map<string, C[]>();
  const byEnding = new Map<string, C[]>();
  for (const cataloger of catalogers) {
    for (const [table, keys] of tablesOf(cataloger.match, byPath, byName, byDirectory, byEnding)) {
      for (const key of keys ?? []) table.set(key, [...(table.get(key) ?? []), cataloger]);
    }
  }
  const endings = [...byEnding.keys()];
  return (path) => {
    const slash = path.lastIndexOf('/');
    const name = slash < 0 ? path : path.slice(slash + 1);
    let found: C[] | undefined;
    const take = (candidates: readonly C[] | undefined) => {
      for (const candidate of candidates ?? NONE) {
        if (found?.includes(candidate) || candidate.match.only?.test(path) === false) continue;
        found ??= [];
        found.push(candidate);
      }
    };
    take(byName.get(name));
    take(byPath.get(path));
    if (slash >= 0) take(byDirectory.get(path.slice(0, slash)));
    for (const ending of endings) if (name.endsWith(ending)) take(byEnding.get(ending));
    return found ?? NONE;
  };
}

function tablesOf<C>(
  match: FileMatch,
  byPath: Map<string, C[]>,
  byName: Map<string, C[]>,
  byDirectory: Map<string, C[]>,
  byEnding: Map<string, C[]>,
): readonly (readonly [Map<string, C[]>, readonly string[] | undefined])[] {
  return [
    [byPath, match.paths],
    [byName, match.names],
    [byDirectory, match.directories],
    [byEnding, match.endings],
  ];
}
