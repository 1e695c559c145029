import type { StreamProbe } from '#inventory/cataloger.ts';
import type { Item } from '#inventory/package.ts';
import { findBuildInfo } from './find-build-info.ts';
import { HEAD_BYTES, readHead, startsProgram } from './head.ts';
import { type Scanned, type Scanner, scanForBuildInfo } from './scan.ts';

/** Larger files, even with Go's marks, are searched as they pass by, and not kept. */
const KEEP_LIMIT_BYTES = 64 * 1024 * 1024;

function keepAll(sizeBytes: number): Scanner {
  const kept = Buffer.allocUnsafe(sizeBytes);
  let length = 0;
  return {
    push(chunk) {
      length += chunk.copy(kept, length);
      return true;
    },
    end: () => {
      const bytes = kept.subarray(0, length);
      return findBuildInfo((offset, count) => bytes.subarray(offset, offset + count));
    },
  };
}

function scannerFor(head: Buffer, sizeBytes: number): Scanner | undefined {
  const seen = readHead(head);
  if (seen.kind === 'other') return undefined;
  if (seen.kind === 'program') return scanForBuildInfo(seen.ranges);
  return sizeBytes <= KEEP_LIMIT_BYTES ? keepAll(sizeBytes) : scanForBuildInfo('anywhere');
}

/**
 * Looks for build information in a file that passes by once. Files that are no programs are let go at their first four
 * bytes; ELF files without Go's marks are searched only where they are writable.
 */
export function probeStream(sizeBytes: number, found: (scanned: Scanned) => Iterable<Item>): StreamProbe {
  const headBytes = Math.min(HEAD_BYTES, sizeBytes);
  let head = Buffer.alloc(0);
  let scanner: Scanner | undefined;
  let refused = false;

  const start = (bytes: Buffer): boolean => {
    scanner = scannerFor(bytes, sizeBytes);
    refused = scanner === undefined;
    return scanner?.push(bytes) ?? false;
  };

  return {
    push(chunk) {
      if (refused) return false;
      if (scanner !== undefined) return scanner.push(chunk);
      const bytes = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (bytes.length >= 4 && !startsProgram(bytes)) {
        refused = true;
        return false;
      }
      if (bytes.length >= headBytes) return bytes.length < 4 ? false : start(bytes);
      head = Buffer.from(bytes);
      return true;
    },
    end: () => found(scanner?.end() ?? { kind: 'none' }),
  };
}
