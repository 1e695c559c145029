import { KEYWORDS } from '#buildfile/keywords.ts';

const ITS_NAME = /^(?:dockerfile|containerfile)$|\.(?:dockerfile|containerfile)$/i;
const LIKE_ITS_NAME = /^(?:dockerfile|containerfile)[.-]/i;
/** Beside a build file, for other purposes. */
const NOT_ITS_NAME = /\.(?:dockerignore|md|txt|json|ya?ml|sh|py|go|ts|js|rb|html?|orig|rej|swp|bak)$|~$/i;

/** Whether a file of this name may be one. */
export function mayBeBuildFile(name: string): boolean {
  return ITS_NAME.test(name) || (LIKE_ITS_NAME.test(name) && !NOT_ITS_NAME.test(name));
}

const MOST_LOOKED_AT = 64 * 1024;

/** Whether a text is a build file: it is called so, or its first instruction can be the first of one. */
export function isBuildFile(path: string, text: string): boolean {
  if (ITS_NAME.test(path.split(/[/\\]/).at(-1) ?? '')) return true;
  for (const line of text.slice(0, MOST_LOOKED_AT).split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [word = '', next] = trimmed.split(/\s+/, 2);
    const keyword = word.toUpperCase();
    if (next === undefined || !KEYWORDS.has(keyword)) return false;
    // Prose begins with such words too: `From here on …`, `Run the tests`.
    return keyword === 'FROM' || keyword === 'ARG' ? isFirst(keyword, trimmed) : word === keyword && hasFrom(text);
  }
  return false;
}

function isFirst(keyword: string, line: string): boolean {
  if (keyword === 'ARG') return /^arg\s+[A-Za-z_]\w*(?:=\S*.*)?$/i.test(line.slice(0, 1000));
  return /^from\s+(?:--\S+\s+)*\S+(?:\s+as\s+\S+)?\s*\\?$/i.test(line.slice(0, 1000));
}

function hasFrom(text: string): boolean {
  return /^[ \t]*FROM[ \t]+\S/m.test(text.slice(0, MOST_LOOKED_AT));
}
