import * as z from 'zod/mini';
import type { Holder } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';

/** How containers are held: frozen, or stopped. */
export type HoldMethod = 'pause' | 'stop';

/** When a hold should be over at the latest: by the clock, and by the time since the boot, which nobody sets. */
export interface Deadline {
  /** ISO 8601. */
  readonly at: string;
  readonly uptimeMs: number;
}

/** A container that is about to be held. Only what runs is held, so releasing it is to let it run again. */
export interface HeldContainer {
  readonly id: string;
  readonly name: string;
  /** The start of the run that is held, as the engine writes it. */
  readonly startedAt: string;
}

/** What stands in the journal before anything is asked of the engine. */
export interface HoldIntent {
  readonly id: string;
  /** The engine, as `DOCKER_HOST` would name it. */
  readonly engine: string;
  readonly method: HoldMethod;
  readonly holder: Holder;
  /** ISO 8601. */
  readonly at: string;
  readonly deadline: Deadline;
  /** In the order to hold. */
  readonly containers: readonly HeldContainer[];
}

/**
 * How far a container is. `asking`: the engine may have got the order, and may still carry it out. `left`: it refused, so
 * the state is somebody else's.
 */
export type HoldStep = 'asking' | 'held' | 'left' | 'released';

/** A hold as the journal has it. */
export interface HoldRecord {
  readonly intent: HoldIntent;
  /** By container id; a container that is absent was not asked for. */
  readonly steps: ReadonlyMap<string, HoldStep>;
  readonly deadline: Deadline;
}

export type ParsedHold =
  | { readonly kind: 'hold'; readonly record: HoldRecord }
  /** Not written by this program, or damaged where it begins. */
  | { readonly kind: 'unreadable'; readonly why: string };

const text = z.string().check(z.maxLength(4096));
const deadlineSchema = z.object({ at: text, uptimeMs: z.number() });
const intentSchema = z.object({
  holdfast: z.literal('hold'),
  version: z.literal(1),
  id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  engine: text,
  method: z.enum(['pause', 'stop']),
  holder: holderSchema,
  at: text,
  deadline: deadlineSchema,
  containers: z
    .array(z.object({ id: z.string().check(z.regex(/^[0-9a-f]{64}$/)), name: text, startedAt: text }))
    .check(z.maxLength(10_000)),
});
const lineSchema = z.union([
  z.object({ container: z.int(), step: z.enum(['asking', 'held', 'left', 'released']) }),
  z.object({ deadline: deadlineSchema }),
]);

/** The first line of a journal file. */
export function formatIntent(intent: HoldIntent): string {
  return `${JSON.stringify({ holdfast: 'hold', version: 1, ...intent })}\n`;
}

/** A later line: how far the container with this place in the list is. */
export function formatStep(container: number, step: HoldStep): string {
  return `${JSON.stringify({ container, step })}\n`;
}

/** A later line: from now on, this is when it should be over. */
export function formatDeadline(deadline: Deadline): string {
  return `${JSON.stringify({ deadline })}\n`;
}

/**
 * Reads a journal file, however it ended. Without its whole first line it is unreadable. When a later line is not whole,
 * any container may have been asked for: releasing one too many does no harm, it is looked at before.
 */
export function parseHold(content: string): ParsedHold {
  const [first = '', ...rest] = content.split('\n');
  if (rest.length === 0) return { kind: 'unreadable', why: 'its first line is not whole' };
  const parsed = intentSchema.safeParse(parsedLine(first));
  if (!parsed.success) return { kind: 'unreadable', why: 'it is not the journal of a hold' };
  const { holdfast: _, version: __, ...intent } = parsed.data;
  const steps = new Map<string, HoldStep>();
  let deadline: Deadline = intent.deadline;
  let torn = false;
  for (const [at, line] of rest.entries()) {
    if (at === rest.length - 1 && line === '') continue;
    const read = lineSchema.safeParse(parsedLine(line));
    if (!read.success) torn = true;
    else if ('deadline' in read.data) deadline = read.data.deadline;
    else {
      const container = intent.containers[read.data.container];
      if (container === undefined) torn = true;
      else steps.set(container.id, read.data.step);
    }
  }
  if (torn) for (const { id } of intent.containers) if (!steps.has(id)) steps.set(id, 'asking');
  return { kind: 'hold', record: { intent, steps, deadline } };
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
