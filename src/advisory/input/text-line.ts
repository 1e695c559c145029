/** The text of a line or document, without white space around it and without a byte order mark. */
export function textLine(bytes: Buffer): string {
  const text = bytes.toString('utf8').trim();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** True when there is nothing but white space in it (RFC 8259, section 2), and perhaps a byte order mark. */
export function isBlank(bytes: Buffer): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
  return at >= bytes.length;
}
