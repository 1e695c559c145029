/** Records of a PAX extended header; later ones win. */
export type PaxRecords = Map<string, string>;

/**
 * Parses `length key=value\n` records (POSIX.1-2017, pax, "pax Extended Header") into `records`.
 * An empty value deletes the key. Returns false when a record is malformed; those before it stand.
 */
export function parsePax(bytes: Buffer, records: PaxRecords): boolean {
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    if (space < 0 || space - at > 10) return false;
    const length = Number(bytes.toString('latin1', at, space));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length) return false;
    const end = at + length - 1;
    if (bytes[end] !== 0x0a) return false;
    const equals = bytes.indexOf(0x3d, space + 1);
    if (equals < 0 || equals >= end) return false;
    const key = bytes.toString('utf8', space + 1, equals);
    const value = bytes.toString('utf8', equals + 1, end);
    // Sparse format 0.0 repeats these keys, one pair a hole; they are joined as format 0.1 writes them.
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      const map = records.get('GNU.sparse.map');
      records.set('GNU.sparse.map', map === undefined ? value : `${map},${value}`);
    } else if (value === '') records.delete(key);
    else records.set(key, value);
    at = end + 1;
  }
  return true;
}

/** A non-negative decimal integer below 2^53, else undefined. */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const text = records.get(key);
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
