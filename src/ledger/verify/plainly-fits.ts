import type { Bytes, ReadRow } from '#ledger/verify/read-row.ts';

/** What stands around an event's fields in a leaf ({@link file://../leaf.ts}). */
const ACTOR = '{"actor":"';
const AT = '","at":"';
const DATA = '","data":{';
const KEY = '},"form":1,"key":"';
const POSITION = '","metadata":{},"position":';
const PREVIOUS = ',"previous":"';
const SCHEMA = '","schemaVersion":';
const STREAM = ',"stream":"';
const TYPE = '","type":"';
const VERSION = '","version":';
const END = '}';

/**
 * Whether a row is what was recorded there, as far as can be told at a glance: its hash is the one that is kept, and its
 * bytes are those that its columns and its place give, all around the data, which the hash covers. No for some that are
 * right: names with quotes, metadata. It saves taking nearly every leaf apart.
 * @param previous leaf hash of the row before, hexadecimal
 */
export function plainlyFits({ position, columns, typed, hash }: ReadRow, expected: number, previous: string): boolean {
  const { leaf, actor, at, key, schemaVersion, stream, type, version } = columns;
  if (!typed || position !== expected || hash.toString('hex').toUpperCase() !== columns.leafHash) return false;
  const head = `${ACTOR}${actor}${AT}${at}${DATA}`;
  const tail =
    `${KEY}${key}${POSITION}${position}${PREVIOUS}${previous}${SCHEMA}${schemaVersion}` +
    `${STREAM}${stream}${TYPE}${type}${VERSION}${version}${END}`;
  if (leaf.length < head.length + tail.length || !leaf.endsWith(tail) || !leaf.startsWith(head)) return false;
  return isPlain(actor) && isPlain(at) && isPlain(key) && isPlain(stream) && isPlain(type);
}

/** Without quotes and backslashes, so that a name ends in the leaf where the column says. */
function isPlain(name: Bytes): boolean {
  return !name.includes('"') && !name.includes('\\');
}
