const HEADER_LIMIT_BYTES = 1024 * 1024;
const FIELD = /^([A-Za-z0-9-]+)[ \t]*:[ \t]*(.*)$/;

/** One header field: its name in lower case, and its value with continuation lines joined by newlines. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/**
 * The header fields in front of the first empty line (RFC 822 as the core metadata specification uses it), whatever the
 * lines end with, as Python reads text. Lines that are neither a field nor a continuation are passed over; what comes
 * after the first MiB is not read.
 */
export function readHeaders(bytes: Buffer): readonly HeaderField[] {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const fields: { name: string; value: string[] }[] = [];
  for (const line of bytes.toString('utf8', bom, HEADER_LIMIT_BYTES).split(/\r\n?|\n/)) {
    if (line === '') break;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      fields.at(-1)?.value.push(line.trim());
      continue;
    }
    const match = FIELD.exec(line);
    if (match !== null) fields.push({ name: (match[1] ?? '').toLowerCase(), value: [(match[2] ?? '').trim()] });
  }
  return fields.map(({ name, value }) => ({ name, value: value.join('\n') }));
}
