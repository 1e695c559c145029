import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { textOrJson } from '#cli/commands/options.ts';

interface Flags {
  readonly repo: string;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

/** Adds `holdfast volume snapshot`, `snapshots`, `restore` and `verify`. */
export function addVolumeSnapshot(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  const engine = 'unix:///PATH or tcp://HOST:PORT (default: DOCKER_HOST, else the usual sockets)';
  volume
    .command('snapshot')
    .description('take a consistent, encrypted snapshot of a volume')
    .argument('<volume>', 'its name, as volume ls shows it')
    .requiredOption('--repo <NAME>', 'the repository to keep it in')
    .option('--engine <URL>', engine)
    .addOption(textOrJson())
    .addHelpText('after', SNAPSHOT_HELP)
    .action(async (name: string, flags: Flags) =>
      finish(await (await commands()).snapshotCommand(name, flags, process.env)),
    );
  volume
    .command('snapshots')
    .description('what a repository holds, and what the record says should be there')
    .requiredOption('--repo <NAME>', 'the repository')
    .option('--volume <VOLUME>', 'only those of this volume')
    .addOption(textOrJson())
    .action(async (flags: Flags & { volume?: string }) =>
      finish(await (await commands()).snapshotsCommand(flags, process.env)),
    );
  volume
    .command('restore')
    .description('restore a snapshot into a new volume; what is there is not touched')
    .argument('<snapshot>', 'its id, the beginning of it, or latest')
    .requiredOption('--volume <VOLUME>', 'the volume that it is of')
    .requiredOption('--to <VOLUME>', 'the new volume')
    .requiredOption('--repo <NAME>', 'the repository')
    .option('--engine <URL>', engine)
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast volume restore latest --volume db --to db-restored --repo main')
    .action(async (snapshot: string, flags: Flags & { volume: string; to: string }) =>
      finish(await (await commands()).restoreCommand(snapshot, flags, process.env)),
    );
  volume
    .command('verify')
    .description('read a whole repository without restic, recompute every hash, compare with the record')
    .requiredOption('--repo <NAME>', 'a repository in a directory')
    .option('--independent', 'without restic; there is no other way yet')
    .addOption(textOrJson())
    .addHelpText('after', '\nExit codes: 0 whole, 1 failed, 2 usage, 3 damage found.')
    .action(async (flags: Flags) => finish(await (await commands()).verifyVolumeCommand(flags, process.env)));
}

function commands() {
  return import('#cli/volume-snapshot-command.ts');
}

const SNAPSHOT_HELP = `
Databases that are known and run are dumped; then the files are copied while everything runs, and once more while the
writers are paused, for as short as that takes. Labels of the containers say otherwise: holdfast.volume.method and others.

Example:
  holdfast volume snapshot db --repo main --format json`;
