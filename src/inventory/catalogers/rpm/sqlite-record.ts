import type { SqlitePages } from './sqlite-pages.ts';

/** A column's value. Floating-point numbers, which rpm does not store, are `null`. */
export type SqliteValue = null | number | string | Buffer;

/** A variable-length integer and where the next byte is; undefined when it runs off the end (section 1.6). */
export function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    // Beyond 53 bits the value is inexact, and far beyond anything that is a length here.
    if (index === 8) return { value: value * 256 + byte, next: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

/**
 * The first columns of a record (SQLite file format, section 2.1, "Record Format"); undefined when it is damaged.
 * Blobs are views of the payload.
 */
export function readRecord(
  payload: Buffer,
  columns: number,
  encoding: SqlitePages['encoding'],
): readonly SqliteValue[] | undefined {
  const header = readVarint(payload, 0);
  if (header === undefined || header.value > payload.length) return undefined;
  const values: SqliteValue[] = [];
  let at = header.next;
  let body = header.value;
  while (at < header.value && values.length < columns) {
    const type = readVarint(payload, at);
    if (type === undefined) return undefined;
    at = type.next;
    const length = lengthOf(type.value);
    if (length === undefined || body + length > payload.length) return undefined;
    values.push(decodeValue(type.value, payload.subarray(body, body + length), encoding));
    body += length;
  }
  return values;
}

const LENGTHS: readonly (number | undefined)[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, undefined, undefined];

function lengthOf(type: number): number | undefined {
  return type < 12 ? LENGTHS[type] : Math.floor((type - 12) / 2);
}

function decodeValue(type: number, bytes: Buffer, encoding: SqlitePages['encoding']): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : textOf(bytes, encoding);
  if (type === 0 || type === 7) return null;
  if (type >= 8) return type - 8;
  return bytes.length === 8 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}

function textOf(bytes: Buffer, encoding: SqlitePages['encoding']): string {
  if (encoding !== 'utf16be') return bytes.toString(encoding);
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return Buffer.from(even).swap16().toString('utf16le');
}
