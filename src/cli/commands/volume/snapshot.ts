import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, textOrJson } from '#cli/commands/options.ts';
import type { VolumeFlags } from '#cli/volume/on-record.ts';

/** Adds `holdfast volume snapshot` and `snapshots`. */
export function addVolumeSnapshot(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('snapshot')
    .description('take a consistent, encrypted snapshot of a volume')
    .argument('<volume>', 'its name, as volume ls shows it')
    .requiredOption('--repo <NAME>', 'the repository to keep it in')
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', SNAPSHOT_HELP)
    .action(async (name: string, flags: VolumeFlags) => {
      const { snapshotCommand } = await import('#cli/volume/snapshot-command.ts');
      finish(await snapshotCommand(name, flags, process.env));
    });
  volume
    .command('snapshots')
    .description('what a repository holds, and what the record says should be there')
    .requiredOption('--repo <NAME>', 'the repository')
    .option('--volume <VOLUME>', 'only those of this volume')
    .addOption(textOrJson())
    .action(async (flags: VolumeFlags & { volume?: string }) => {
      const { snapshotsCommand } = await import('#cli/volume/snapshots-command.ts');
      finish(await snapshotsCommand(flags, process.env));
    });
}

const SNAPSHOT_HELP = `
Databases that are known and run are dumped; then the files are copied while everything runs, and once more while the
writers are paused, for as short as that takes. Labels of the containers say otherwise: holdfast.volume.method and others.

Example:
  holdfast volume snapshot db --repo main --format json`;
