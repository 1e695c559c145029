import type { EntryType, TarEntry } from '#base/tar/entry.ts';
import type { Extensions } from '#base/tar/extensions.ts';
import type { TarHeader } from '#base/tar/header.ts';
import { cleanPath } from '#base/tar/path.ts';
import { paxNumber } from '#base/tar/pax.ts';
import { mapPieces, type SparsePiece } from '#base/tar/sparse.ts';

/** Where a sparse file's map is: read already, in front of the body's bytes, or nowhere. */
export type Sparse =
  | { readonly kind: 'no' }
  | { readonly kind: 'pieces'; readonly pieces: readonly SparsePiece[] }
  | { readonly kind: 'headed' }
  | { readonly kind: 'bad' };

/** An entry as its header and the extensions before it describe it. */
export interface Described {
  readonly name: string;
  /** Undefined when the name leaves the root. */
  readonly entry: TarEntry | undefined;
  /** Bytes that follow in the archive, without padding. */
  readonly bodyBytes: number;
  readonly sparse: Sparse;
  /** False when a size was given that is none. */
  readonly sizeHolds: boolean;
}

/** The map of GNU's old format, which stands in the header itself. */
export interface OldSparse {
  readonly pieces: readonly SparsePiece[] | undefined;
  readonly realSizeBytes: number;
}

const NOT_SPARSE: Sparse = { kind: 'no' };

/**
 * Puts a header and its extensions together with the precedence that Go's archive/tar has: a sparse file's name before
 * GNU's long name before pax's path before the header's own.
 */
export function describeEntry(header: TarHeader, { pax, longName, longLink }: Extensions, old?: OldSparse): Described {
  const extended = pax.size > 0;
  const stored = extended && pax.has('size') ? paxNumber(pax, 'size') : header.sizeBytes;
  const bodyBytes = hasBody(header.type) ? (stored ?? header.sizeBytes) : 0;
  const found = old === undefined ? (extended ? paxSparse(pax) : undefined) : oldSparse(old);
  const name = found?.name ?? longName ?? (extended ? pax.get('path') : undefined) ?? header.name;
  const type = entryType(header.type, name);
  const path = cleanPath(name);
  const link = longLink ?? (extended ? pax.get('linkpath') : undefined) ?? header.linkName;
  const linkTarget = type === 'hardlink' ? cleanPath(link) : type === 'symlink' ? link : undefined;
  return {
    name,
    bodyBytes,
    sparse: found?.sparse ?? NOT_SPARSE,
    sizeHolds: stored !== undefined,
    entry:
      path === undefined
        ? undefined
        : {
            path,
            type,
            mode: header.mode & 0o7777,
            sizeBytes: type === 'file' ? (found?.realSizeBytes ?? bodyBytes) : 0,
            ...(linkTarget === undefined ? {} : { linkTarget }),
          },
  };
}

/** Links, devices, directories and pipes have no bytes, whatever size their header claims. */
function hasBody(type: string): boolean {
  return !'123456'.includes(type);
}

function entryType(type: string, name: string): EntryType {
  switch (type) {
    case '\0':
      // Before ustar a directory was a file whose name ends in a slash.
      return name.endsWith('/') ? 'directory' : 'file';
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    default:
      return 'other';
  }
}

interface FoundSparse {
  readonly sparse: Sparse;
  readonly realSizeBytes?: number;
  readonly name?: string;
}

function oldSparse({ pieces, realSizeBytes }: OldSparse): FoundSparse {
  return { sparse: pieces === undefined ? { kind: 'bad' } : { kind: 'pieces', pieces }, realSizeBytes };
}

/** Sparse formats 0.0, 0.1 and 1.0 (GNU tar manual, "PAX Format"). Other versions are read as they are stored. */
function paxSparse(pax: Extensions['pax']): FoundSparse | undefined {
  const version = `${pax.get('GNU.sparse.major') ?? ''}.${pax.get('GNU.sparse.minor') ?? ''}`;
  const map = pax.get('GNU.sparse.map');
  const headed = version === '1.0';
  if (!headed && version !== '0.0' && version !== '0.1' && (version !== '.' || map === undefined)) return undefined;
  const name = pax.get('GNU.sparse.name');
  const sizeKey = pax.has('GNU.sparse.size') ? 'GNU.sparse.size' : 'GNU.sparse.realsize';
  const realSizeBytes = paxNumber(pax, sizeKey);
  const pieces = headed ? undefined : mapPieces(map ?? '');
  const sparse: Sparse = headed
    ? { kind: 'headed' }
    : pieces === undefined
      ? { kind: 'bad' }
      : { kind: 'pieces', pieces };
  return {
    sparse,
    ...(realSizeBytes === undefined ? {} : { realSizeBytes }),
    ...(name === undefined ? {} : { name }),
  };
}
