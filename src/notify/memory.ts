import * as z from 'zod/mini';
import type { Message } from '#notify/message.ts';
import { NOTIFICATION_KINDS, type Notification, type NotificationKind } from '#notify/notification.ts';

const time = z.iso.datetime();
const number = z.int().check(z.gte(0));

const notification = z.object({
  kind: z.enum(NOTIFICATION_KINDS),
  severity: z.enum(['info', 'warning', 'critical']),
  subject: z.string(),
  sentence: z.string(),
  code: z.nullable(z.string()),
  time,
  position: z.nullable(number),
  host: z.string(),
});

const waiting = z.object({
  message: z.object({ id: z.string(), notification, repeats: number, omitted: number }),
  /** Rounds of sending that failed. */
  rounds: number,
  notBefore: time,
});

const schema = z.object({
  version: z.literal(1),
  /** What was sent and has not become good again. */
  open: z.array(
    z.object({ subject: z.string(), kind: z.string(), code: z.nullable(z.string()), sentAt: time, repeats: number }),
  ),
  /** When something was sent in the last hour. */
  recent: z.array(time),
  /** Held back since then because there were too many. */
  omitted: number,
  /** What could not be delivered yet. */
  waiting: z.array(waiting),
  /** How the last sending went. */
  last: z.nullable(z.object({ at: time, outcome: z.enum(['sent', 'failed']), code: z.nullable(z.string()) })),
});

/** What is known of what a target was told. Nothing in it is secret; losing it costs a repeated message. */
export type Memory = z.infer<typeof schema>;

/** A message that could not be delivered and is tried again. */
type Waiting = Memory['waiting'][number];

/** Of a target that was told nothing yet. */
export const EMPTY_MEMORY: Memory = { version: 1, open: [], recent: [], omitted: 0, waiting: [], last: null };

/** What is read back; the empty memory for anything that was not written so. */
export function parseMemory(text: string): Memory {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return EMPTY_MEMORY;
  }
}

const REMIND_AFTER_MS = 24 * 3_600_000;
const WINDOW_MS = 3_600_000;
const MOST_IN_WINDOW = 20;
const MOST_OPEN = 200;
const MOST_WAITING = 50;

/** After so many failed rounds it is tried again so much later. */
const ROUND_PAUSES_MS = [5, 30, 120, 300, 600, 840, 1200].map((minutes) => minutes * 60_000);

/** A message on its way that was not heard of for so long belongs to a run that died. */
const UNDERWAY_MS = 5 * 60_000;

/** Kinds that are told once, and again a day later, until it is good again. */
const REPORTED_ONCE: ReadonlySet<NotificationKind> = new Set(['failed', 'silent', 'damaged', 'suspicious']);

/** Kinds that are still worth telling hours later. */
const WAITED_FOR: ReadonlySet<NotificationKind> = new Set([...REPORTED_ONCE, 'recovered']);

export type Decision =
  | { readonly kind: 'send'; readonly message: Message; readonly memory: Memory }
  | { readonly kind: 'hold'; readonly reason: 'repeated' | 'too-many'; readonly memory: Memory };

/** Whether something bad about the subject was told and is not over yet. */
export function isOpen({ open }: Memory, subject: string): boolean {
  return open.some((one) => one.subject === subject);
}

/** The memory after a success of the subject: what waits to be told of it is no longer true. */
export function close(memory: Memory, subject: string): Memory {
  return {
    ...memory,
    open: memory.open.filter((one) => one.subject !== subject),
    waiting: memory.waiting.filter(({ message }) => message.notification.subject !== subject),
  };
}

/**
 * Decides whether a target is told now: the same only once a day, and of all at most twenty in an hour. What is held back
 * is counted, and the next message says so. The memory that comes with a message must be kept before it is sent: then it
 * is sent, or waits, whatever happens to this process. Pure.
 */
export function decide(memory: Memory, id: string, notification: Notification, now: Date): Decision {
  const { kind, subject, code } = notification;
  const known = memory.open.find((one) => isSame(one, notification));
  if (known !== undefined && isWithin(known.sentAt, REMIND_AFTER_MS, now)) {
    const open = memory.open.map((one) => (one === known ? { ...one, repeats: one.repeats + 1 } : one));
    return { kind: 'hold', reason: 'repeated', memory: { ...memory, open } };
  }
  const recent = memory.recent.filter((at) => isWithin(at, WINDOW_MS, now));
  if (recent.length >= MOST_IN_WINDOW && kind !== 'test') {
    return { kind: 'hold', reason: 'too-many', memory: { ...memory, recent, omitted: memory.omitted + 1 } };
  }
  const sentAt = now.toISOString();
  const message: Message = { id, notification, repeats: known?.repeats ?? 0, omitted: memory.omitted };
  const others = memory.open.filter((one) => one !== known);
  const open = REPORTED_ONCE.has(kind) ? [...others, { subject, kind, code, sentAt, repeats: 0 }] : others;
  const told = {
    ...memory,
    open: open.slice(-MOST_OPEN),
    recent: [...recent, sentAt].slice(-MOST_IN_WINDOW),
    omitted: 0,
  };
  const underway = { message, rounds: 0, notBefore: later(now, UNDERWAY_MS) };
  return { kind: 'send', message, memory: WAITED_FOR.has(kind) ? withWaiting(told, underway) : told };
}

/** The memory after a message has arrived. */
export function arrived(memory: Memory, id: string, now: Date): Memory {
  const last = { at: now.toISOString(), outcome: 'sent' as const, code: null };
  return { ...without(memory, id), last };
}

/**
 * The memory after a message did not arrive: it waits for the next round. One that waited too long is given up; then its
 * repetition is sent at once.
 */
export function missed(memory: Memory, message: Message, code: string, now: Date): Memory {
  const last = { at: now.toISOString(), outcome: 'failed' as const, code };
  const rounds = memory.waiting.find((one) => one.message.id === message.id)?.rounds;
  const pause = rounds === undefined ? undefined : ROUND_PAUSES_MS[rounds];
  const rest = { ...without(memory, message.id), last };
  if (rounds === undefined || pause === undefined) {
    return { ...given(rest, message), omitted: rest.omitted + message.omitted };
  }
  return withWaiting(rest, { message, rounds: rounds + 1, notBefore: later(now, pause) });
}

/** Those whose time has come; they are under way from now on. */
export function takeDue(memory: Memory, now: Date): { readonly messages: readonly Message[]; readonly memory: Memory } {
  // Times far in the future come from a clock that was wrong.
  const latest = now.getTime() + Math.max(...ROUND_PAUSES_MS);
  const isDue = ({ notBefore }: Waiting) => Date.parse(notBefore) <= now.getTime() || Date.parse(notBefore) > latest;
  const messages = memory.waiting.filter(isDue).map(({ message }) => message);
  const notBefore = later(now, UNDERWAY_MS);
  const waiting = memory.waiting.map((one) => (isDue(one) ? { ...one, notBefore } : one));
  return { messages, memory: { ...memory, waiting } };
}

type Open = Memory['open'][number];

function isSame(one: Open, { kind, subject, code }: Notification): boolean {
  return one.subject === subject && one.kind === kind && one.code === code;
}

function withWaiting(memory: Memory, one: Waiting): Memory {
  const waiting = [...memory.waiting, one];
  const [oldest] = waiting;
  if (waiting.length <= MOST_WAITING || oldest === undefined) return { ...memory, waiting };
  return given({ ...memory, waiting: waiting.slice(1) }, oldest.message);
}

function without(memory: Memory, id: string): Memory {
  return { ...memory, waiting: memory.waiting.filter(({ message }) => message.id !== id) };
}

/** Given up: it counts as never told. */
function given(memory: Memory, { notification }: Message): Memory {
  return { ...memory, open: memory.open.filter((one) => !isSame(one, notification)) };
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}

/** A time in the future is none: the clock was set back. */
function isWithin(at: string, ms: number, now: Date): boolean {
  const age = now.getTime() - Date.parse(at);
  return age >= 0 && age < ms;
}
