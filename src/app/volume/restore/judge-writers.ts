import type { Advisories } from '#advisory/advisory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';
import { findFlaws } from '#finding/find.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { Inventory } from '#inventory/package.ts';
import { type VerdictReached, verdictReached } from '#policy/events.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import type { Judgement } from '#volume/snapshot/trust.ts';

/** What is thought of an image today, and why. */
export interface JudgedImage {
  readonly judgement: Judgement;
  /** A clause. */
  readonly reason: string;
}

/** An image as containers name it. */
export type WriterImage = Pick<Writer, 'imageId' | 'digests'>;

export interface JudgeDeps {
  readonly record: Pick<OpenRecord, 'ledger' | 'catalogue' | 'blobs'>;
  readonly advisories: Advisories | undefined;
  readonly now: Date;
  /** Only what is in the images counts, whatever was decided. */
  readonly withoutVerdicts?: true;
}

/** No inventory is larger. */
const BLOB_LIMIT_BYTES = 512 * 1024 * 1024;

/**
 * Judges images by the last verdict on the record, and by what the record says is in them and the advisories of today: denied
 * where that verdict denies, or something in them is known to be exploited; allowed where it allows, or where there is none,
 * all was compared and nothing is exploited; unknown else. Nothing is scanned.
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function judgeImages(
  { record, advisories, now, withoutVerdicts }: JudgeDeps,
  images: readonly WriterImage[],
): Promise<(image: WriterImage) => JudgedImage> {
  const wanted = new Map(images.map((image) => [keyOf(image), image]));
  const judged = new Map<string, JudgedImage>();
  // One pass, from the newest: what was seen of an image last counts.
  for await (const event of record.ledger.read({ types: ['image.inventoried'] }, 'newest-first')) {
    if (wanted.size === 0) break;
    const data = record.catalogue.known(event)?.data as ImageInventoried | undefined;
    if (data === undefined) continue;
    for (const [key, image] of wanted) {
      if (!isOf(data.target, image)) continue;
      const today = await judgeOne(data, record, advisories, now);
      const verdict = withoutVerdicts === true ? undefined : await lastVerdict(record, image, event.stream);
      judged.set(key, together(verdict, today));
      wanted.delete(key);
    }
  }
  const nothing: JudgedImage = { judgement: 'unknown', reason: 'no scan of it is on the record' };
  return (image) => judged.get(keyOf(image)) ?? nothing;
}

/** Everything that names the image, so that two are one only when all of it is the same. */
function keyOf({ imageId, digests }: WriterImage): string {
  return imageId ?? [...digests].sort().join(' ');
}

/** The id is of one image of one platform; a digest may be of several, and counts only where there is no id. */
function isOf({ imageId, digest }: ImageInventoried['target'], image: WriterImage): boolean {
  if (image.imageId !== undefined && imageId !== undefined) return image.imageId === imageId;
  return digest !== undefined && image.digests.some((one) => one.slice(one.indexOf('@') + 1) === digest);
}

interface Verdict {
  readonly position: number;
  readonly at: string;
  readonly data: VerdictReached;
}

/** The last verdict over an image, under whatever name it was judged. */
async function lastVerdict(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  image: WriterImage,
  scanned: string,
): Promise<Verdict | undefined> {
  const names = [image.imageId, ...image.digests.map((one) => one.slice(one.indexOf('@') + 1))];
  const streams = new Set([scanned, ...names.flatMap((name) => (name === undefined ? [] : [`image:${name}`]))]);
  let last: Verdict | undefined;
  for (const stream of streams) {
    for await (const event of ledger.read({ types: [verdictReached.type], stream }, 'newest-first')) {
      const data = catalogue.known(event)?.data as VerdictReached | undefined;
      // How one container is run says nothing of what the image writes elsewhere.
      if (data === undefined || data.subject === 'workload' || !isOf(data.target, image)) continue;
      if (last === undefined || last.position < event.position) last = { position: event.position, at: event.at, data };
      break;
    }
  }
  return last;
}

/** What a policy tolerated stays tolerated; what became known to be exploited since then does not. */
function together(verdict: Verdict | undefined, today: Today): JudgedImage {
  const { judgement, reason } = today;
  if (verdict === undefined) return { judgement, reason };
  const { decision, policies, reasons } = verdict.data;
  const by = `${policies.map(({ name }) => name).join(', ')} of ${verdict.at.slice(0, 10)}`;
  const why = reasons[0] === undefined ? '' : `: ${reasons[0].sentence.replace(/\.$/, '')}`;
  if (decision === 'deny') return { judgement: 'denied', reason: `the verdict by ${by} denies it${why}` };
  if (judgement === 'denied') return { judgement, reason };
  if (decision === 'unknown') return { judgement: 'unknown', reason: `the verdict by ${by} is unknown${why}` };
  if (!today.looked) return { judgement, reason };
  return {
    judgement: 'allowed',
    reason: `the verdict by ${by} allows it, and nothing in it became known to be exploited`,
  };
}

interface Today extends JudgedImage {
  /** Its contents were compared with whole advisories of these days, as far as there are some. */
  readonly looked: boolean;
}

async function judgeOne(
  { inventory: digest, target }: ImageInventoried,
  { blobs }: Pick<OpenRecord, 'blobs'>,
  advisories: Advisories | undefined,
  now: Date,
): Promise<Today> {
  const inventory = isDigest(digest) ? await readInventory(blobs, digest) : undefined;
  if (inventory === undefined)
    return { judgement: 'unknown', reason: 'its inventory is not kept on this machine', looked: false };
  return judgeContents(inventory, target.reference, advisories, now);
}

function judgeContents(inventory: Inventory, reference: string, advisories: Advisories | undefined, now: Date): Today {
  const { findings, coverage } = findFlaws(inventory, advisories, { now, explainAbsences: false });
  const looked = advisories?.info.kind === 'full' && coverage.every(({ state }) => state !== 'stale');
  const exploited = findings.find(({ exploitation }) => exploitation?.knownExploitedSince !== undefined);
  if (exploited !== undefined) {
    const { id, package: found } = exploited;
    return { judgement: 'denied', reason: `${id} in ${found.name} ${found.version} is known to be exploited`, looked };
  }
  const [gap] = coverage.filter(({ state }) => state !== 'covered' && state !== 'not-affected');
  if (gap !== undefined) {
    return {
      judgement: 'unknown',
      reason: `${gap.packages} packages of ${gap.subject} were not compared: ${gap.reason}`,
      looked,
    };
  }
  // As a check of it would say: nothing was found, and nothing looked for.
  if (coverage.length === 0) {
    const reason = `no package was recognised in ${reference}, so that nothing could be compared`;
    return { judgement: 'unknown', reason, looked };
  }
  const { problems } = inventory;
  if (problems.length > 0) {
    return { judgement: 'unknown', reason: `not all of it could be read: ${problems[0]?.message ?? ''}`, looked };
  }
  return { judgement: 'allowed', reason: `nothing in ${reference} is known to be exploited`, looked };
}

async function readInventory(
  blobs: OpenRecord['blobs'],
  digest: Parameters<OpenRecord['blobs']['get']>[0],
): Promise<Inventory | undefined> {
  try {
    const value: unknown = JSON.parse((await blobs.get(digest, BLOB_LIMIT_BYTES)).toString('utf8'));
    const inventory = isObject(value) ? value['inventory'] : undefined;
    // Its bytes are what a scan of ours wrote, by its digest; perhaps an older one.
    const isOne =
      isObject(inventory) && ['packages', 'repositories', 'problems'].every((key) => Array.isArray(inventory[key]));
    return isOne ? (inventory as unknown as Inventory) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof HoldfastError && error.code.startsWith('BLOB_')) return undefined;
    throw error;
  }
}
