import { randomBytes } from 'node:crypto';
import type { OpenRecord } from '#app/home/open-record.ts';
import { recordedWaivers } from '#app/waiver/recorded-waivers.ts';
import { HoldfastError } from '#core/errors.ts';
import { endOf, isTooFar } from '#policy/waiver/expiry.ts';
import { unknownRule } from '#policy/waiver/load-waivers.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** What somebody accepts. */
export interface WaiverRequest {
  readonly vulnerability?: string;
  readonly rule?: string;
  readonly images: readonly string[];
  readonly package?: string;
  readonly reason: string;
  /** A date, or for how long: `30d`. */
  readonly expires: string;
  readonly justification?: string;
}

type RecordPlace = Pick<OpenRecord, 'ledger' | 'catalogue'>;

/**
 * Puts a waiver on the record (`waiver.granted`).
 * @throws `WAIVER_INVALID`, kind `usage`; `LEDGER_*`, `DATABASE_*`
 */
export async function grantWaiver(
  request: WaiverRequest,
  { ledger }: RecordPlace,
  actor: string,
  now: Date,
): Promise<Waiver> {
  const { expires: asked, images, vulnerability, rule, reason } = request;
  if (vulnerability === undefined && rule === undefined)
    throw invalid(
      'A waiver needs a vulnerability or a rule',
      'holdfast waiver grant CVE-2026-1234 …, or --rule non-root',
    );
  if (vulnerability !== undefined && !/^[A-Za-z][\w.:-]{2,199}$/.test(vulnerability))
    throw invalid(`${shown(vulnerability)} is no id of a vulnerability`, 'Write CVE-2026-1234 or GHSA-…');
  const unknown = unknownRule(rule);
  if (unknown !== undefined) throw invalid(unknown.replace(/\. .*$/, ''), unknown.replace(/^.*?\. /, ''));
  if (reason.trim() === '' || reason.length > 2000)
    throw invalid('A waiver needs a reason', 'Say why in a sentence: --reason "…"');
  if (images.length > 100 || images.some((one) => one === '' || one.length > 500))
    throw invalid('A pattern of images is empty or too long', 'Write at most 100 of them.');
  const expires = endOf(inDays(asked, now));
  if (expires === undefined)
    throw invalid(`${shown(asked)} is no date`, 'Write 2026-12-31, or for how many days: 30d.');
  if (isTooFar(expires, now.getTime()))
    throw invalid(`${shown(asked)} is more than a year ahead`, 'Grant it again when it is over.');
  if (Date.parse(expires) <= now.getTime()) throw invalid(`${shown(asked)} is over already`, 'Name a day to come.');
  const waiver: Waiver = {
    ...request,
    id: `w-${randomBytes(4).toString('hex')}`,
    images: [...images],
    author: actor,
    expires,
  };
  await ledger.append({
    stream: `waiver:${waiver.id}`,
    events: [{ type: 'waiver.granted', data: waiver }],
    actor,
    expectedVersion: 0,
  });
  return waiver;
}

/**
 * Takes a waiver back (`waiver.revoked`).
 * @throws `WAIVER_UNKNOWN`, `WAIVER_REVOKED`, kind `usage`; `LEDGER_*`, `DATABASE_*`
 */
export async function revokeWaiver(
  id: string,
  reason: string | undefined,
  { ledger, catalogue }: RecordPlace,
  actor: string,
): Promise<Waiver> {
  const known = await recordedWaivers(ledger, catalogue);
  const found = known.find(({ waiver }) => waiver.id === id);
  if (found === undefined) {
    throw new HoldfastError('WAIVER_UNKNOWN', `There is no waiver ${shown(id)} on the record`, {
      kind: 'usage',
      hint: 'holdfast waiver list shows them. Those of files are taken back in their file.',
    });
  }
  if (found.revoked !== undefined) {
    throw new HoldfastError('WAIVER_REVOKED', `The waiver ${id} was taken back on ${found.revoked.at.slice(0, 10)}`, {
      kind: 'usage',
      hint: 'There is nothing left to do.',
    });
  }
  await ledger.append({
    stream: `waiver:${id}`,
    events: [{ type: 'waiver.revoked', data: { id, reason: reason ?? null } }],
    actor,
  });
  return found.waiver;
}

/** `30d` as the day that is so far ahead. */
function inDays(text: string, now: Date): string {
  const days = /^(\d{1,3})d$/.exec(text)?.[1];
  return days === undefined ? text : new Date(now.getTime() + Number(days) * 86_400_000).toISOString().slice(0, 10);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function invalid(message: string, hint: string): HoldfastError {
  return new HoldfastError('WAIVER_INVALID', message, { kind: 'usage', hint });
}
