import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';

/** Adds `holdfast volume rm`. */
export function addVolumeRemove(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('rm')
    .description('delete one volume by its name, after a snapshot that is taken now')
    .argument('<volume>', 'its whole name; no container may use it, running or not')
    .addOption(repositoryOption())
    .option('--dry-run', 'look whether it could be deleted, and do nothing')
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', HELP)
    .action(async (name: string, flags: VolumeFlags & { dryRun?: true }) => {
      const { volumeRemoveCommand } = await import('#cli/volume/remove-command.ts');
      finish(await volumeRemoveCommand(name, flags, process.env));
    });
}

const HELP = `
No other command deletes a volume of yours, and an engine’s prune is never called. The volume stays when the snapshot lacks something, or
when something was written to it meanwhile.

Examples:
  holdfast volume rm old-db --repo nas --dry-run
  holdfast volume rm old-db --repo nas`;
