import type { ReadRow } from '#ledger/verify/read-row.ts';

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
export function plainlyFits(row: ReadRow, expected: number, previous: string): boolean {
  const { position, columns, typed, plain, hex } = row;
  if (!typed || !plain || position !== expected || hex !== columns.leafHash) return false;
  const { leaf, actor, at, key, schemaVersion, stream, type, version } = columns;
  const head = `${ACTOR}${actor}${AT}${at}${DATA}`;
  const tail =
    `${KEY}${key}${POSITION}${position}${PREVIOUS}${previous}${SCHEMA}${schemaVersion}` +
    `${STREAM}${stream}${TYPE}${type}${VERSION}${version}${END}`;
  const from = leaf.length - tail.length;
  return from >= head.length && leaf.slice(from) === tail && leaf.slice(0, head.length) === head;
}
