import type { WaiverChanged, WaiverList } from '#api/waiver-report.ts';
import { grantWaiver, revokeWaiver, type WaiverRequest } from '#app/waiver/grant-waiver.ts';
import { type RecordedWaiver, recordedWaivers } from '#app/waiver/recorded-waivers.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { untilWords } from '#policy/waiver/expiry.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';
import { type Column, columns, printable } from '#report/columns.ts';

interface Format {
  readonly format: 'text' | 'json';
}

/** Options of `holdfast waiver grant`. */
export interface WaiverGrantFlags extends Format {
  readonly rule?: string;
  readonly image: readonly string[];
  readonly package?: string;
  readonly reason: string;
  readonly expires: string;
  readonly justification?: string;
}

type Environment = NodeJS.ProcessEnv;

/** `holdfast waiver grant`. */
export async function waiverGrantCommand(
  vulnerability: string | undefined,
  flags: WaiverGrantFlags,
  environment: Environment,
): Promise<number> {
  const { rule, image, reason, expires, justification, package: name } = flags;
  const request: WaiverRequest = {
    ...given({ vulnerability, rule, package: name, justification }),
    ...{ images: image, reason, expires },
  };
  const waiver = await onRecord(environment, (record, actor) =>
    grantWaiver(request, record, actor, clock(environment)),
  );
  const report: WaiverChanged = { waiver: rowOf(waiver), state: 'counts' };
  const said = `${waiver.id}: ${whatOf(waiver)} is accepted until ${untilWords(waiver.expires)}.`;
  await write(flags, report, [printable(said)]);
  return exitCodes.done;
}

/** `holdfast waiver revoke`. */
export async function waiverRevokeCommand(
  id: string,
  flags: Format & { readonly reason?: string },
  environment: Environment,
): Promise<number> {
  const waiver = await onRecord(environment, (record, actor) => revokeWaiver(id, flags.reason, record, actor));
  const report: WaiverChanged = { waiver: rowOf(waiver), state: 'revoked' };
  await write(flags, report, [printable(`${id} counts no more: ${whatOf(waiver)} is not accepted.`)]);
  return exitCodes.done;
}

/** `holdfast waiver list`. */
export async function waiverListCommand(
  flags: Format & { readonly all?: true },
  environment: Environment,
): Promise<number> {
  const now = clock(environment).getTime();
  const known = await onRecord(environment, ({ ledger, catalogue }) => recordedWaivers(ledger, catalogue));
  const shown = known
    .map((one) => ({ one, state: stateOf(one, now) }))
    .filter(({ state }) => flags.all === true || state === 'counts');
  const report: WaiverList = {
    waivers: shown.map(({ one: { waiver, position, grantedAt, revoked }, state }) => ({
      ...{ waiver: rowOf(waiver), state, position, grantedAt, revoked: revoked === undefined ? null : { ...revoked } },
    })),
  };
  const { width, paint } = terminal();
  const rows = shown.map(({ one: { waiver }, state }) => [
    waiver.id,
    state,
    whatOf(waiver),
    waiver.images.length === 0 ? 'all' : waiver.images.join(' '),
    untilWords(waiver.expires),
    waiver.author,
    waiver.reason,
  ]);
  const hidden = known.length - shown.length;
  const lines = [
    ...(rows.length === 0
      ? ['No waiver on the record counts.']
      : columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text))),
    ...(hidden === 0 ? [] : [`${hidden} more are over or were revoked: --all`]),
  ];
  await write(flags, report, lines);
  return exitCodes.done;
}

const HEADS: readonly Column[] = [
  { title: 'ID', maxWidth: 12 },
  { title: 'STATE', maxWidth: 8 },
  { title: 'ACCEPTS', maxWidth: 40, minWidth: 14 },
  { title: 'IMAGES', maxWidth: 40, minWidth: 8 },
  { title: 'UNTIL', maxWidth: 20, minWidth: 10 },
  { title: 'AUTHOR', maxWidth: 20, minWidth: 6 },
  { title: 'REASON', maxWidth: 60, minWidth: 10 },
];

function stateOf({ waiver, revoked }: RecordedWaiver, now: number): 'counts' | 'over' | 'revoked' {
  if (revoked !== undefined) return 'revoked';
  return Date.parse(waiver.expires) > now ? 'counts' : 'over';
}

function whatOf({ vulnerability, rule, package: name }: Waiver): string {
  const what = [vulnerability, rule].filter((part) => part !== undefined).join(' under ');
  return name === undefined ? what : `${what} in ${name}`;
}

function rowOf({ id, vulnerability, rule, images, package: name, author, reason, expires, justification }: Waiver) {
  return {
    ...{ id, images: [...images], author, reason, expires },
    ...given({ vulnerability, rule, package: name, justification }),
  };
}

function given<T extends Readonly<Record<string, string | undefined>>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

async function write({ format }: Format, report: unknown, lines: readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines.join('\n')}\n`);
}
