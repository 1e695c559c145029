const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34 };
// One escape of Go's string literals: octal, hexadecimal, a code point, or one character.
const ESCAPE = /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\"]))/y;

/**
 * The bytes of a name as restic writes it: a string literal of Go without its quotes (Go specification, "String
 * literals"), so that names which are no UTF-8 survive. Undefined for what is none.
 */
export function unquoteName(text: string): Buffer | undefined {
  if (!/[\\"\n]/.test(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\\', at);
    const plain = text.slice(at, next === -1 ? undefined : next);
    if (/["\n]/.test(plain)) return undefined;
    parts.push(Buffer.from(plain));
    if (next === -1) break;
    ESCAPE.lastIndex = next;
    const match = ESCAPE.exec(text);
    const bytes = match === null ? undefined : escaped(match);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
    at = ESCAPE.lastIndex;
  }
  return Buffer.concat(parts);
}

function escaped([, octal, hex, short, long, simple]: RegExpExecArray): Buffer | undefined {
  if (octal !== undefined) return byte(Number.parseInt(octal, 8));
  if (hex !== undefined) return byte(Number.parseInt(hex, 16));
  if (simple !== undefined) return byte(SIMPLE[simple] ?? 256);
  const point = Number.parseInt(short ?? long ?? '', 16);
  return point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? undefined : Buffer.from(String.fromCodePoint(point));
}

function byte(value: number): Buffer | undefined {
  return value > 255 ? undefined : Buffer.from([value]);
}

/** A path for people to read: as it is where that is plain text, else with escapes. */
export function displayPath(path: Buffer): string {
  const text = path.toString('utf8');
  // Control characters, and those that turn the direction of text around.
  if (!/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(text) && Buffer.from(text).equals(path)) return text;
  return path
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
