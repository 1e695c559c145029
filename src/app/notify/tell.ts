import type { Environment } from '#app/data-directory.ts';
import { readMemory, writeMemory } from '#app/notify/memory-file.ts';
import type { HomeTarget, RecordPlace } from '#app/notify/targets.ts';
import { createHttpClient, type HttpClient } from '#base/http/client.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { DAEMON_PATIENCE, type Delivery, deliver, type Patience } from '#notify/delivery.ts';
import { arrived, missed } from '#notify/memory.ts';
import type { Message } from '#notify/message.ts';
import type { NotifierId } from '#notify/notifier.ts';

/** What telling somebody takes. */
export interface NotifyDeps {
  readonly record: RecordPlace;
  readonly environment: Environment;
  readonly actor: string;
  readonly now: () => Date;
  /** That of a daemon unless said. */
  readonly patience?: Patience;
}

/** How it went for one target. Held: it knows already, or was told too much in this hour. */
export interface TargetOutcome {
  readonly target: string;
  readonly notifier: NotifierId;
  readonly outcome: Delivery | { readonly kind: 'held'; readonly reason: 'repeated' | 'too-many' };
}

/** How it went. Targets that do not want it are not in it. */
export interface NotifyReport {
  readonly outcomes: readonly TargetOutcome[];
  /** Targets that cannot be read, memories that cannot be written, a record that does not take the outcome. */
  readonly problems: readonly Problem[];
}

/** Runs something with a client of its own for HTTP. */
export async function withClient<T>({ environment }: NotifyDeps, work: (http: HttpClient) => Promise<T>): Promise<T> {
  const http = createHttpClient({ environment });
  try {
    return await work(http);
  } finally {
    await http.close();
  }
}

/** Delivers one message, keeps in mind how it went, and tells the record. Never throws: what fails is a problem. */
export async function tell(
  { settings, notifier, open }: HomeTarget,
  message: Message,
  deps: NotifyDeps & { readonly http: HttpClient; readonly problem: (problem: Problem) => void },
): Promise<TargetOutcome> {
  const { record, environment, actor, now, http, patience = DAEMON_PATIENCE, problem } = deps;
  const { name } = settings;
  const outcome = await deliver(open, message, { http, environment, now, patience });
  try {
    const memory = readMemory(record.home, name);
    const next =
      outcome.kind === 'sent' ? arrived(memory, message.id, now()) : missed(memory, message, outcome.code, now());
    writeMemory(record.home, name, next);
  } catch (error) {
    problem(problemOf(error));
  }
  if (outcome.kind === 'failed' || !notifier.isRoutine) {
    await record.ledger
      .append({ stream: `notify:${name}`, events: [eventOf(name, notifier.id, message, outcome)], actor })
      .catch((error: unknown) => problem(problemOf(error)));
  }
  return { target: name, notifier: notifier.id, outcome };
}

function eventOf(target: string, notifier: NotifierId, message: Message, outcome: Delivery) {
  const { id, notification, repeats, omitted } = message;
  const { kind, subject, position } = notification;
  const data = { target, notifier, id, kind, subject, about: position, tries: outcome.tries };
  if (outcome.kind === 'sent') return { type: 'notification.sent', data: { ...data, repeats, omitted } };
  const { code, message: why } = outcome;
  return { type: 'notification.failed', data: { ...data, code, message: why.toWellFormed().slice(0, 500) } };
}
