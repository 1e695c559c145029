import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import type { SnapshotFlags } from '#cli/volume/snapshot-command.ts';

/** Adds `holdfast volume snapshot` and `snapshots`. */
export function addVolumeSnapshot(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('snapshot')
    .description('take consistent, encrypted snapshots of volumes, stacks, or directories of the host')
    .argument('[volumes...]', 'their names, as volume ls shows them')
    .option('--stack <NAME>', 'a whole stack, in one hold; may be given several times', collect)
    .option('--bind <PATH>', 'a directory of the host, by its absolute path; may be given several times', collect)
    .option('--all', 'every stack, then every volume that belongs to none')
    .addOption(repositoryOption())
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', SNAPSHOT_HELP)
    .action(async (volumes: readonly string[], flags: SnapshotFlags) => {
      const { snapshotCommand } = await import('#cli/volume/snapshot-command.ts');
      finish(await snapshotCommand(volumes, flags, process.env));
    });
  volume
    .command('snapshots')
    .description('what a repository holds, and what the record says should be there')
    .addOption(repositoryOption())
    .option('--volume <VOLUME>', 'only those of this volume')
    .addOption(textOrJson())
    .addHelpText('after', LIST_HELP)
    .action(async (flags: VolumeFlags & { volume?: string }) => {
      const { snapshotsCommand } = await import('#cli/volume/snapshots-command.ts');
      finish(await snapshotsCommand(flags, process.env));
    });
}

const LIST_HELP = `
The last column is the event of the record that tells of it. Some that the record does not know were made elsewhere, or by
another program; some that it knows and that are not there are named as missing.

Examples:
  holdfast volume snapshots --repo main
  holdfast volume snapshots --repo main --volume db --format json`;

const SNAPSHOT_HELP = `
Databases that are known and run are dumped; then the files are copied while everything runs, and once more while the
writers are paused, for as short as that takes. Labels of the containers say otherwise: holdfast.volume.method and others.
A stack is all volumes and writable directories of its containers, held together, and its definition: what it takes to
restore it on another host. Of several targets, one that fails ends no other.

Exit codes: 0 done, 1 something failed or could not be read, 2 usage.

Examples:
  holdfast volume snapshot db --repo main --format json
  holdfast volume snapshot --stack shop --repo main
  holdfast volume snapshot --bind /srv/uploads --repo main
  holdfast volume snapshot --all --repo main`;
