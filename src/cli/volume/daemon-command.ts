import type { DaemonLine } from '#api/volume-schedule-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { type Said, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import { runDaemon } from '#app/volume/daemon/run-daemon.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { engineOf } from '#cli/volume/engine-of.ts';
import { printable } from '#report/columns.ts';
import { thisProcess } from '#volume/hold/holder.ts';

/** Options of `holdfast volume daemon`. */
export interface DaemonFlags {
  readonly once?: true;
  readonly checkEvery: number;
  readonly checkParts: number;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

const ENDING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** `holdfast volume daemon`. */
export async function daemonCommand(flags: DaemonFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const home = requireHome(environment);
  const say = (said: Said) => process.stdout.write(`${lineOf(said, flags.format, environment)}\n`);
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    if (ending.signal.aborted) return;
    say({ kind: 'info', message: `${signal}: ends what is at work` });
    ending.abort(signal);
  };
  for (const signal of ENDING) process.on(signal, end);
  try {
    const once = flags.once === true;
    const { failed } = await runDaemon({
      ...{ home, environment, say, once, actor: actorOf(environment) },
      ...{ now: recordClock, self: thisProcess(), signal: ending.signal },
      ...{ checkEveryHours: flags.checkEvery, checkParts: flags.checkParts },
      connect: () => engineOf(flags, environment),
      onRecord: async (job) => {
        const record = await openRecord(home, environment, recordClock);
        try {
          return await job(record);
        } finally {
          for (const problem of await record.close()) say(saidOf(problem));
        }
      },
    });
    return once && failed > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

/** systemd's journal has the time of each line itself. */
function lineOf(said: Said, format: DaemonFlags['format'], environment: NodeJS.ProcessEnv): string {
  const line: DaemonLine = { at: recordClock().toISOString(), ...said };
  if (format === 'json') return JSON.stringify(line);
  const time = environment['JOURNAL_STREAM'] === undefined ? `${line.at} ` : '';
  const code = said.code === undefined ? '' : ` [${said.code}]`;
  const hint = said.hint === undefined ? '' : ` (${said.hint})`;
  return printable(`${time}${said.message}${code}${hint}`);
}
