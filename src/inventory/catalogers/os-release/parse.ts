import type { OsRelease } from '#inventory/package.ts';

const MAX_VALUE_CHARACTERS = 1024;

/**
 * Reads an os-release file (os-release(5)). `ID` is `linux` where it is missing, as the manual says; undefined when
 * neither an id nor a name is given.
 */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = parseAssignments(text);
  const name = values.get('PRETTY_NAME') || values.get('NAME');
  const id = values.get('ID');
  if (!id && !name) return undefined;
  const codename = values.get('VERSION_CODENAME') || values.get('UBUNTU_CODENAME');
  return {
    id: id || 'linux',
    versionId: values.get('VERSION_ID') ?? '',
    name: name || id || 'linux',
    ...(codename ? { codename } : {}),
    idLike: (values.get('ID_LIKE') ?? '').split(/\s+/).filter((part) => part !== ''),
  };
}

/**
 * Assignments as a shell reads them, of variables by name: comments, single and double quotes, backslashes. Nothing is
 * expanded. The last of a name counts; lines that are no assignment are passed over.
 */
export function parseAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]{0,63})=(.*)$/s.exec(line.slice(0, 4096));
    if (match === null) continue;
    const [, name = '', value = ''] = match;
    values.set(name, printable(unquote(value.trim())).slice(0, MAX_VALUE_CHARACTERS));
  }
  return values;
}

/** Without control characters, which have no place in a release file and could play tricks on a terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
}

/** One word of a shell; unlike there, spaces without quotes belong to it, as files in the wild have them. */
function unquote(value: string): string {
  let plain = '';
  let quote = '';
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] ?? '';
    if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === '\\' && quote !== "'" && at + 1 < value.length) {
      const next = value[at + 1] ?? '';
      // Inside double quotes a backslash stands for itself before anything but these (POSIX shell, 2.2.3).
      plain += quote === '"' && !'$`"\\'.includes(next) ? `\\${next}` : next;
      at += 1;
    } else plain += char;
  }
  return plain;
}
