import type { FoundPackage } from '#inventory/package.ts';
import { hasControls, withoutControls } from '#inventory/plain-text.ts';

/** What one stanza of the database gives: a package with its files, or the reason that it gives none. */
export type ApkStanza =
  | { readonly package: FoundPackage; readonly paths: string; readonly whole: boolean }
  | { readonly damaged: string };

/** A longer field is damage: names and versions have a few dozen characters, licences a few hundred. */
const MAX_FIELD_CHARACTERS = 16_384;
/** Linux's PATH_MAX. */
const MAX_PATH_CHARACTERS = 4096;
/** What a path costs at least, so that empty ones come to an end too. */
const MIN_PATH_COST = 32;

/**
 * Reads apk's list of installed packages: stanzas with an empty line between, one field a line, a letter and a colon
 * before its value (apk-tools, `apk_db_fdb_read` in src/database.c). `F` names a directory and each `R` after it a file inside.
 * The paths of all packages together are kept up to the limit; a list cut there, or with lines too long, is not `whole`.
 */
export function* readInstalled(text: string, limitPathCharacters: number): Generator<ApkStanza, void, undefined> {
  let room = limitPathCharacters;
  let stanza = newStanza();
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const stop = end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop === at) {
      if (!stanza.empty) yield finish(stanza);
      stanza = newStanza();
    } else room -= addLine(stanza, text, at, stop, room);
    at = end + 1;
  }
  if (!stanza.empty) yield finish(stanza);
}

interface Stanza {
  readonly fields: Map<string, string>;
  readonly paths: string[];
  directory: string;
  whole: boolean;
  empty: boolean;
}

function newStanza(): Stanza {
  return { fields: new Map(), paths: [], directory: '', whole: true, empty: true };
}

const FIELDS = 'PVAoLm';

/** Returns how much of the room for paths the line took. */
function addLine(stanza: Stanza, text: string, start: number, stop: number, room: number): number {
  stanza.empty = false;
  if (text[start + 1] !== ':') return 0;
  const letter = text[start] ?? '';
  const length = stop - start - 2;
  if (FIELDS.includes(letter)) {
    if (length <= MAX_FIELD_CHARACTERS) stanza.fields.set(letter, text.slice(start + 2, stop));
  } else if (letter === 'F') {
    if (length <= MAX_PATH_CHARACTERS) stanza.directory = text.slice(start + 2, stop).replace(/^\/+/, '');
    else stanza.whole = false;
  } else if (letter === 'R') {
    const cost = Math.max(MIN_PATH_COST, length + stanza.directory.length + 1);
    if (cost > room || cost > MAX_PATH_CHARACTERS) stanza.whole = false;
    else {
      const name = text.slice(start + 2, stop);
      stanza.paths.push(stanza.directory === '' ? name : `${stanza.directory}/${name}`);
      return cost;
    }
  }
  return 0;
}

/** The source package is the origin, built at the same version; without one the package is its own. */
function finish({ fields, paths, whole }: Stanza): ApkStanza {
  const name = fields.get('P');
  const version = fields.get('V');
  if (!name || !version) return { damaged: `${name || 'a package'} without ${name ? 'a version' : 'a name'}` };
  const architecture = fields.get('A');
  const origin = fields.get('o') || name;
  if ([name, version, origin, architecture ?? ''].some(hasControls)) {
    return { damaged: `${JSON.stringify(name)} with control characters` };
  }
  const licence = withoutControls(fields.get('L') ?? '');
  const maintainer = withoutControls(fields.get('m') ?? '');
  return {
    package: {
      type: 'apk',
      name,
      version,
      ...(architecture ? { architecture } : {}),
      source: { name: origin, version },
      licences: licence ? [licence] : [],
      ...(maintainer ? { vendor: maintainer } : {}),
      evidence: 'installed',
    },
    paths: paths.join('\n'),
    whole,
  };
}
