import type { TarHeader } from '#base/tar/header.ts';
import { type PaxRecords, parsePax } from '#base/tar/pax.ts';

/** What extension headers said of the entry after them. */
export interface Extensions {
  pax: PaxRecords;
  longName: string | undefined;
  longLink: string | undefined;
}

export function noExtensions(): Extensions {
  return { pax: new Map(), longName: undefined, longLink: undefined };
}

/** True for headers that are no entries of their own: pax `x` and `g`, GNU `L` and `K`. */
export function isExtension({ type }: TarHeader): boolean {
  return type === 'x' || type === 'g' || type === 'L' || type === 'K';
}

/**
 * Takes an extension header in, the way the engines' own reader (Go's archive/tar) does, so that an archive means here
 * what it means there: a second pax header replaces the first, and a global one says nothing of any entry, but makes
 * forgotten what was said before it. False when it is malformed.
 */
export function extend(header: TarHeader, bytes: Buffer, extensions: Extensions): boolean {
  if (header.type === 'x') {
    extensions.pax = new Map();
    return parsePax(bytes, extensions.pax);
  }
  if (header.type === 'g') {
    Object.assign(extensions, noExtensions());
    return parsePax(bytes, new Map());
  }
  const zero = bytes.indexOf(0);
  const text = bytes.toString('utf8', 0, zero < 0 ? bytes.length : zero);
  if (header.type === 'L') extensions.longName = text;
  else extensions.longLink = text;
  return true;
}
