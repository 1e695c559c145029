import { type DaemonDeps, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import { takeDaemonLock } from '#app/volume/daemon/daemon-lock.ts';
import { keepObserving } from '#app/volume/daemon/keep-observing.ts';
import { tellerOf } from '#app/volume/daemon/tell-people.ts';
import { type Worked, work } from '#app/volume/daemon/work.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { readSchedules } from '#app/volume/schedules/settings.ts';
import { problemOf } from '#core/errors.ts';

/**
 * Is the daemon of a home: releases what dead runs held, watches the engine, and does what is due, until the signal. Then
 * a job that is at work is ended, everything runs again, and the ledger is told.
 * @throws `DAEMON_RUNNING`, also when another has taken its place, `FILE_NOT_WRITTEN`; what goes wrong later is said, and tried again
 */
export async function runDaemon(given: DaemonDeps): Promise<Worked> {
  // Whatever ends one part of it ends the others.
  const over = new AbortController();
  const deps = { ...given, signal: AbortSignal.any([given.signal, over.signal]) };
  const { home, self, say, once, signal } = deps;
  const lock = await takeDaemonLock(home, self);
  try {
    const { containers, problems } = await reconcileVolumes(deps.environment);
    for (const { name, did } of containers) say({ kind: 'info', message: `A run that had ended held ${name}: ${did}` });
    for (const { code, message } of problems) say(saidOf({ code, message }));
    const { schedules } = readSchedules(home);
    await tell(deps, { type: 'daemon.started', data: { schedules: schedules.length } });
    const observing = once ? undefined : keepObserving(deps);
    const teller = tellerOf(deps);
    const worked = await work(deps, { ...teller, mayGoOn: () => lock.refuseLost() });
    await teller.idle();
    await observing;
    const why = signal.aborted ? String(signal.reason) : 'nothing more was due';
    await tell(deps, { type: 'daemon.ended', data: { why, interrupted: worked.interrupted.slice(0, 20) } });
    return worked;
  } finally {
    over.abort('its end');
    lock.release();
  }
}

/** A database that does not answer now may do so later: what is due is done all the same. */
async function tell({ onRecord, actor, say }: DaemonDeps, event: { type: string; data: object }): Promise<void> {
  try {
    await onRecord((record) => record.ledger.append({ stream: 'daemon', events: [event], actor }));
  } catch (error) {
    say(saidOf(problemOf(error)));
  }
}
