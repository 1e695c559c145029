import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readMemory, writeMemory } from '#app/notify/memory-file.ts';
import { type HomeTarget, openTarget, targetNames } from '#app/notify/targets.ts';
import { type NotifyDeps, type NotifyReport, type TargetOutcome, tell, withClient } from '#app/notify/tell.ts';
import type { HttpClient } from '#base/http/client.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { close, decide, isOpen, takeDue } from '#notify/memory.ts';
import type { Message } from '#notify/message.ts';
import { makeNotification, type Notification, type NotificationInput } from '#notify/notification.ts';
import { wants } from '#notify/rules.ts';

interface TellDeps extends NotifyDeps {
  readonly http: HttpClient;
  readonly problem: (problem: Problem) => void;
}

/**
 * Tells every target of the home that wants it, all at the same time, and waits for them: a minute at most. Say also what
 * went well: a success ends the silence about what went wrong before, and a dead man’s switch lives on it. Never throws.
 */
export function notify(deps: NotifyDeps, input: NotificationInput): Promise<NotifyReport> {
  return notifySome(deps, input, () => true);
}

/** The same for those alone that live on every run: others are told of its parts. Never throws. */
export function notifyOfRun(deps: NotifyDeps, input: NotificationInput): Promise<NotifyReport> {
  return notifySome(deps, input, ({ notifier }) => notifier.isRoutine);
}

function notifySome(
  deps: NotifyDeps,
  input: NotificationInput,
  chosen: (target: HomeTarget) => boolean,
): Promise<NotifyReport> {
  const notification = makeNotification(input, hostname(), deps.now());
  const id = messageId();
  return withTargets(deps, async (targets, tellDeps) => {
    const told = await Promise.all(targets.filter(chosen).map((target) => tellOne(target, id, notification, tellDeps)));
    return told.filter((one) => one !== undefined);
  });
}

/**
 * Tries again what could not be delivered, as soon as its time has come: minutes after the first round, hours after later
 * ones, for two days. For a daemon to call every few minutes. Never throws.
 */
export function retryNotifications(deps: NotifyDeps): Promise<NotifyReport> {
  return withTargets(deps, async (targets, tellDeps) => {
    const told = await Promise.all(targets.map((target) => tellWaiting(target, tellDeps)));
    return told.flat();
  });
}

/** An id for a message: the characters that no signature scheme has a meaning for. */
export function messageId(): string {
  return `hf_${randomUUID().replaceAll('-', '')}`;
}

async function withTargets(
  deps: NotifyDeps,
  work: (targets: readonly HomeTarget[], deps: TellDeps) => Promise<readonly TargetOutcome[]>,
): Promise<NotifyReport> {
  const problems: Problem[] = [];
  const problem = (one: Problem) => void problems.push(one);
  try {
    const { home } = deps.record;
    const targets = targetNames(home).flatMap((name) => {
      try {
        return [openTarget(home, name)];
      } catch (error) {
        problem(problemOf(error));
        return [];
      }
    });
    if (targets.length === 0) return { outcomes: [], problems };
    const outcomes = await withClient(deps, (http) => work(targets, { ...deps, http, problem }));
    return { outcomes, problems };
  } catch (error) {
    problem(problemOf(error));
    return { outcomes: [], problems };
  }
}

async function tellOne(
  target: HomeTarget,
  id: string,
  given: Notification,
  deps: TellDeps,
): Promise<TargetOutcome | undefined> {
  const { settings, notifier } = target;
  if (notifier.isRoutine) {
    const message = { id, notification: given, repeats: 0, omitted: 0 };
    // A part that went well says nothing of the whole, which has a word of its own.
    return wants(settings, given, false) ? tell(target, message, deps) : undefined;
  }
  const decision = decided(target, id, given, deps);
  if (decision === undefined) return undefined;
  if (decision.kind === 'send') return tell(target, decision.message, deps);
  return { target: settings.name, notifier: notifier.id, outcome: { kind: 'held', reason: decision.reason } };
}

/** One step, with nothing between reading the memory and writing it. */
function decided({ settings }: HomeTarget, id: string, given: Notification, deps: TellDeps) {
  const { name } = settings;
  const { home } = deps.record;
  const before = readMemory(home, name);
  const isGood = given.kind === 'succeeded' || given.kind === 'recovered';
  const wasBad = isOpen(before, given.subject);
  const memory = isGood ? close(before, given.subject) : before;
  const recovered: Notification = { ...given, kind: 'recovered' };
  const notification = given.kind === 'succeeded' && wasBad && wants(settings, recovered, true) ? recovered : given;
  const decision = wants(settings, notification, true) ? decide(memory, id, notification, deps.now()) : undefined;
  try {
    if (decision !== undefined || (isGood && wasBad)) writeMemory(home, name, decision?.memory ?? memory);
  } catch (error) {
    deps.problem(problemOf(error));
  }
  return decision;
}

async function tellWaiting(target: HomeTarget, deps: TellDeps): Promise<readonly TargetOutcome[]> {
  const { home } = deps.record;
  const { messages, memory } = takeDue(readMemory(home, target.settings.name), deps.now());
  if (messages.length === 0) return [];
  try {
    writeMemory(home, target.settings.name, memory);
  } catch (error) {
    deps.problem(problemOf(error));
    return [];
  }
  const outcomes: TargetOutcome[] = [];
  for (const message of messages) {
    const told = await tell(target, message satisfies Message, deps);
    outcomes.push(told);
    // The others wait for the next round: they would fail, too.
    if (told.outcome.kind === 'failed') break;
  }
  return outcomes;
}
