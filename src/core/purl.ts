/** A package URL's parts (purl specification). Values are decoded. */
export interface Purl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string;
}

/** Percent-encodes everything but unreserved characters and the colon (purl specification, "Character encoding"). */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%3A/g, ':')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function encodePath(text: string): string {
  return text
    .split('/')
    .filter((part) => part !== '')
    .map(encode)
    .join('/');
}

/** The canonical text: qualifiers sorted by key, empty ones left out. Never throws, whatever the names hold. */
export function formatPurl(purl: Purl): string {
  let text = `pkg:${purl.type}/`;
  if (purl.namespace) text += `${encodePath(purl.namespace)}/`;
  text += encode(purl.name);
  if (purl.version) text += `@${encode(purl.version)}`;
  const qualifiers = Object.entries(purl.qualifiers ?? {})
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`);
  if (qualifiers.length > 0) text += `?${qualifiers.join('&')}`;
  if (purl.subpath) text += `#${encodePath(purl.subpath)}`;
  return text;
}

/** Percent-encoded text as what it stands for; what is encoded wrongly stays as it is. */
export function decodeOrKeep(text: string): string {
  return decode(text) ?? text;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Parses a package URL; undefined for anything that is none. */
export function parsePurl(text: string): Purl | undefined {
  const match = /^pkg:\/*([A-Za-z][A-Za-z0-9.+-]*)\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  if (match === null) return undefined;
  const [, type = '', body = '', query = '', fragment = ''] = match;
  const at = body.lastIndexOf('@');
  const split = at > 0 && body[at - 1] !== '/' ? at : -1;
  const version = split < 0 ? undefined : decode(body.slice(split + 1));
  const parts = (split < 0 ? body : body.slice(0, split)).split('/').filter((part) => part !== '');
  const decoded = parts.map(decode);
  const name = decoded.pop();
  if (name === undefined || name === '' || decoded.includes(undefined)) return undefined;
  const qualifiers: Record<string, string> = {};
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const value = decode(pair.slice(equals + 1));
    if (value) qualifiers[pair.slice(0, equals).toLowerCase()] = value;
  }
  const subpath = decode(fragment);
  return {
    type: type.toLowerCase(),
    ...(decoded.length > 0 ? { namespace: decoded.join('/') } : {}),
    name,
    ...(version ? { version } : {}),
    ...(Object.keys(qualifiers).length > 0 ? { qualifiers } : {}),
    ...(subpath ? { subpath } : {}),
  };
}
