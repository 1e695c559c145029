import { headerNumber, headerTexts, type RpmHeader } from './header.ts';

const OLD_FILE_NAMES = 1027;
const DIRECTORY_INDEXES = 1116;
const BASE_NAMES = 1117;
const DIRECTORY_NAMES = 1118;
/** Linux's PATH_MAX. */
const MAX_PATH_CHARACTERS = 4096;
/** What a path costs at least, so that empty ones come to an end too. */
const MIN_PATH_COST = 32;
const MAX_DIRECTORIES = 1_000_000;

/** Paths that a package owns, directories and ghosts included, as `rpm -ql` lists them. */
export interface OwnedFiles {
  /** Relative to the root, joined by newlines. */
  readonly paths: string;
  /** How much of the limit they took. */
  readonly cost: number;
  /** False: the list is damaged or longer than the limit, and some are left out. */
  readonly whole: boolean;
}

/**
 * The file list of a header: base names with an index into directory names, or whole names in very old packages.
 * One directory name can stand in very many paths, therefore the limit on the text that comes out.
 */
export function ownedFiles(header: RpmHeader, limitCharacters: number): OwnedFiles {
  const paths: string[] = [];
  let room = limitCharacters;
  let whole = true;
  for (const path of allPaths(header)) {
    room -= Math.max(path?.length ?? 0, MIN_PATH_COST);
    if (room < 0) return { paths: paths.join('\n'), cost: limitCharacters, whole: false };
    const fits = path !== undefined && path.length <= MAX_PATH_CHARACTERS && !path.includes('\n');
    const relative = fits ? path.replace(/^\/+/, '') : '';
    if (relative !== '') paths.push(relative);
    whole &&= fits;
  }
  return { paths: paths.join('\n'), cost: limitCharacters - room, whole };
}

function* allPaths(header: RpmHeader): Generator<string | undefined, void, undefined> {
  const directories: string[] = [];
  for (const directory of headerTexts(header, DIRECTORY_NAMES)) {
    if (directories.push(directory) >= MAX_DIRECTORIES) break;
  }
  let place = 0;
  for (const base of headerTexts(header, BASE_NAMES)) {
    const index = headerNumber(header, DIRECTORY_INDEXES, place);
    const directory = index === undefined ? undefined : directories[index];
    yield directory === undefined ? undefined : directory + base;
    place += 1;
  }
  if (place === 0) yield* headerTexts(header, OLD_FILE_NAMES);
  else if (place < (header.index.get(BASE_NAMES)?.count ?? 0)) yield undefined;
}
