import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, textOrJson } from '#cli/commands/options.ts';
import type { DaemonFlags } from '#cli/volume/daemon-command.ts';

/** Adds `holdfast volume daemon`. */
export function addVolumeDaemon(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('daemon')
    .description('take snapshots by schedule, check repositories, and watch who writes to volumes')
    .option('--once', 'do what is due now, and end')
    .addOption(
      new Option('--check-every <HOURS>', 'how often the next part of each repository is read; 0: never')
        .argParser(numberFrom(0))
        .default(24),
    )
    .addOption(
      new Option('--check-parts <N>', 'how many checks it takes until all data was read')
        .argParser(numberFrom(1))
        .default(10),
    )
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', DAEMON_HELP)
    .action(async (flags: DaemonFlags) => {
      const { daemonCommand } = await import('#cli/volume/daemon-command.ts');
      finish(await daemonCommand(flags, process.env));
    });
}

function numberFrom(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,4}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
  };
}

const DAEMON_HELP = `
It runs in the foreground until it gets SIGTERM or SIGINT: then a snapshot that is being taken is ended, what is held
runs again, and the record is told. It begins with releasing what a run that died held. A home has one daemon at a time.
While it runs it is known which containers had a volume mounted since its last snapshot, also those that are gone.

Examples:
  holdfast volume daemon                 # as a systemd service: see the guide
  holdfast volume daemon --once          # from cron or a timer: what is due now, and no watching

Exit codes: 0 ended as told, 1 failed (with --once: something that was due failed), 2 usage.`;
