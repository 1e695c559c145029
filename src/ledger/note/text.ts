/** The text of bytes or of itself; undefined for more bytes than that, for no UTF-8 and for half of a surrogate pair. */
export function readText(input: string | Uint8Array, limitBytes: number): string | undefined {
  if (input.length > limitBytes) return undefined;
  if (typeof input === 'string')
    return input.isWellFormed() && Buffer.byteLength(input) <= limitBytes ? input : undefined;
  try {
    // A byte order mark is part of what was signed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return undefined;
  }
}

/** Canonical base64 (RFC 4648, section 4, with zero pad bits): one text for the same bytes; undefined for any other. */
export function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** A decimal number without leading zeros, at most 2^53 - 1; undefined for any other text. */
export function readCount(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : undefined;
}
