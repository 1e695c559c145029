import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, textOrJson } from '#cli/commands/options.ts';
import type { VolumeFlags } from '#cli/volume/on-record.ts';

/** Adds `holdfast volume restore` and `verify`. */
export function addVolumeRestore(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('restore')
    .description('restore a snapshot into a new volume; what is there is not touched')
    .argument('<snapshot>', 'its id, the beginning of it, or latest')
    .requiredOption('--volume <VOLUME>', 'the volume that it is of')
    .requiredOption('--to <VOLUME>', 'the new volume')
    .requiredOption('--repo <NAME>', 'the repository')
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast volume restore latest --volume db --to db-restored --repo main')
    .action(async (snapshot: string, flags: VolumeFlags & { volume: string; to: string }) => {
      const { restoreCommand } = await import('#cli/volume/restore-command.ts');
      finish(await restoreCommand(snapshot, flags, process.env));
    });
  volume
    .command('verify')
    .description('read a whole repository without restic, recompute every hash, compare with the record')
    .requiredOption('--repo <NAME>', 'a repository in a directory')
    .option('--independent', 'without restic; there is no other way yet')
    .addOption(textOrJson())
    .addHelpText('after', '\nExit codes: 0 whole, 1 failed, 2 usage, 3 damage found.')
    .action(async (flags: VolumeFlags) => {
      const { verifyVolumeCommand } = await import('#cli/volume/verify-command.ts');
      finish(await verifyVolumeCommand(flags, process.env));
    });
}
