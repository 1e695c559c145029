import type { FeedItem } from '#advisory/feeds/feed.ts';
import { invalidRecord } from '#advisory/feeds/fields.ts';
import { packAdvisory } from '#advisory/store/codec.ts';
import { LARGEST_BODY_BYTES } from '#advisory/store/format.ts';
import type { SortedEntry } from '#base/sorted-runs/run.ts';

/** An advisory while the file is being made, with what decides between two of the same name. */
export interface HeldAdvisory {
  /** `ecosystem NUL package` and what tells advisories on it apart, bytes as characters. */
  readonly key: string;
  /** How much of the key is `ecosystem NUL package`. */
  readonly groupLength: number;
  /** Milliseconds; minus infinity where the feed does not say. */
  readonly modified: number;
  readonly order: number;
  /** The later of modified and published; minus infinity where neither is said. */
  readonly newest: number;
  /** It bundles flaws that may have advisories of their own. */
  readonly bundles: boolean;
  /** As {@link packAdvisory} wrote it. */
  readonly json: Buffer;
}

const HEAD_BYTES = 23;

function bytesAsText(text: string): string {
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text).toString('latin1') : text;
}

type AdvisoryItem = Extract<FeedItem, { kind: 'advisory' }>;

/** What is sorted: the head, then the advisory. @throws `ADVISORY_RECORD_INVALID` when it is too large */
export function holdAdvisory(
  { advisory, modified = Number.NEGATIVE_INFINITY }: AdvisoryItem,
  order: number,
): SortedEntry {
  const group = `${advisory.ecosystem}\0${advisory.package}`;
  const json = packAdvisory(advisory);
  const jsonBytes = Buffer.byteLength(json);
  if (jsonBytes > LARGEST_BODY_BYTES) {
    throw invalidRecord(advisory.id, `what it says of ${advisory.package.slice(0, 100)} has ${jsonBytes} bytes`);
  }
  const published = advisory.published === undefined ? Number.NEGATIVE_INFINITY : Date.parse(advisory.published);
  // One piece of memory for each: hundreds of thousands are held.
  const body = Buffer.allocUnsafe(HEAD_BYTES + jsonBytes);
  body.writeDoubleLE(modified, 0);
  body.writeDoubleLE(Math.max(modified, published), 8);
  body.writeUInt32LE(order, 16);
  body.writeUInt16LE(Buffer.byteLength(group), 20);
  body.writeUInt8(advisory.upstream === undefined ? 0 : 1, 22);
  body.write(json, HEAD_BYTES);
  return { key: bytesAsText([group, advisory.id, advisory.source, advisory.module ?? ''].join('\0')), body };
}

/** The other way round. */
export function heldAdvisory({ key, body }: SortedEntry): HeldAdvisory {
  return {
    key,
    modified: body.readDoubleLE(0),
    newest: body.readDoubleLE(8),
    order: body.readUInt32LE(16),
    groupLength: body.readUInt16LE(20),
    bundles: body.readUInt8(22) === 1,
    json: body.subarray(HEAD_BYTES),
  };
}

/** True when `a` counts and `b` does not: changed later, or given later. */
export function supersedes(
  a: Pick<HeldAdvisory, 'modified' | 'order'>,
  b: Pick<HeldAdvisory, 'modified' | 'order'>,
): boolean {
  return a.modified === b.modified ? a.order > b.order : a.modified > b.modified;
}
