import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { textOrJson } from '#cli/commands/options.ts';

/** Adds `holdfast volume reconcile`, and the command that a hold's watchdog runs. */
export function addVolumeReconcile(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('reconcile')
    .description('let run again what a run that was ended had paused or stopped')
    .addOption(textOrJson())
    .addHelpText('after', RECONCILE_HELP)
    .action(async (flags: { format: 'text' | 'json' }) => {
      const { volumeReconcileCommand } = await import('#cli/volume/reconcile-command.ts');
      finish(await volumeReconcileCommand(flags, process.env));
    });
  volume
    .command('stand-by', { hidden: true })
    .description('end a hold when the process that has it dies; started by that process')
    .argument('<hold>')
    .action(async (hold: string) => {
      const { standBy } = await import('#app/volume/hold/stand-by.ts');
      await standBy(hold, process.stdin, process.stdout.fd, process.env);
    });
}

const RECONCILE_HELP = `
What is about to be held is written down before (HOLDFAST_HOME/holds). Every snapshot begins with this, and each hold has
a process that stands by. What others paused or stopped stays so, and what a living run holds is left to it.
Exit codes: 0 done, 1 something could not be released or read: it is kept, and tried again next time.`;
