import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { BrowseFlags } from '#cli/volume/browse-command.ts';
import type { RestoreFlags } from '#cli/volume/restore-command.ts';
import type { RestoreStackFlags } from '#cli/volume/restore-stack-command.ts';
import type { ShowFlags } from '#cli/volume/show-command.ts';
import type { VerifyFlags } from '#cli/volume/verify-command.ts';

/** Adds `holdfast volume restore`, `show`, `browse` and `verify`. */
export function addVolumeRestore(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('restore')
    .description('restore a snapshot: into a new volume, a directory, or in place after a snapshot of what is there')
    .argument('[snapshot]', 'its id, the beginning of it, or latest')
    .option('--volume <VOLUME>', 'the volume that it is of')
    .option('--bind <PATH>', 'the directory or file of the host that it is of')
    .option('--to <VOLUME>', 'a new volume')
    .option('--target <DIRECTORY>', 'a directory of this host; nothing in it is overwritten')
    .option('--in-place', 'where it came from; who uses it is stopped for the swap')
    .option('--path <PATH>', 'only this file or directory of it, from its root')
    .option(
      '--at <TIME>',
      'the newest from then or before: 2026-11-22, 2026-11-22T10:00Z, or how long ago: 90m, 24h, 7d',
    )
    .option('--last-trusted', 'the newest that was written only by images that verdicts and advisories allow today')
    .option('--no-known-exploited', 'the same, by what is known to be exploited today, whatever verdicts say')
    .option('--before-image <DIGEST>', 'the newest from before this image first wrote to it')
    .option('--what-is-left', 'the repository is damaged: what is whole of it; each lost file is named (exit 3)')
    .option('--stack <NAME>', 'a whole stack: networks, volumes, directories and containers, as they were')
    .option('--snapshot <ID>', 'of a stack: its id, the beginning of it, or latest (default: latest)')
    .option('--start', 'of a stack: also start its containers')
    .option('--without-missing', 'of a stack: leave out containers that something is missing for')
    .option('--trust-definition', 'of a stack that the record does not know: let it have of this host what it asks for')
    .option('--directory <DIRECTORY>', 'with --what-is-left: where its files are here, a mount or a plain copy')
    .option('--dry-run', 'only say what would be done')
    .addOption(repositoryOption())
    .option('--advisories <FILE>', 'judge with this file (default: the updated one, else the built-in starter set)')
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', RESTORE_HELP)
    .action(async (snapshot: string | undefined, flags: RestoreFlags & Partial<RestoreStackFlags>) => {
      const { stack } = flags;
      if (stack !== undefined) {
        const { restoreStackCommand } = await import('#cli/volume/restore-stack-command.ts');
        finish(await restoreStackCommand(snapshot, { ...flags, stack }, process.env));
        return;
      }
      const { restoreCommand } = await import('#cli/volume/restore-command.ts');
      finish(await restoreCommand(snapshot, flags, process.env));
    });
  volume
    .command('show')
    .description('all that is known of a snapshot: who wrote, how it was taken, whether it can be trusted')
    .argument('<snapshot>', 'its id, the beginning of it, or latest')
    .option('--volume <VOLUME>', 'the volume that it is of')
    .option('--bind <PATH>', 'the directory or file of the host that it is of')
    .addOption(repositoryOption())
    .option('--advisories <FILE>', 'judge with this file (default: the updated one, else the built-in starter set)')
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast volume show latest --volume db --repo main')
    .action(async (snapshot: string, flags: ShowFlags) => {
      const { showCommand } = await import('#cli/volume/show-command.ts');
      finish(await showCommand(snapshot, flags, process.env));
    });
  volume
    .command('browse')
    .description('what is in a snapshot; a single file of it')
    .argument('<snapshot>', 'its id, the beginning of it, or latest')
    .argument('[path]', 'a directory or file, from the root of the data', '/')
    .option('--volume <VOLUME>', 'the volume that it is of')
    .option('--bind <PATH>', 'the directory or file of the host that it is of')
    .option('--recursive', 'also all that is below')
    .addOption(new Option('--dumps', 'the dumps of databases in it, all of them').conflicts(['dump', 'fromRoot']))
    .addOption(new Option('--dump <NAME>', 'one of them, as --dumps names it').conflicts('fromRoot'))
    .option('--from-root', 'paths are from the root of the whole snapshot: dumps of databases and the manifest, too')
    .option('--output <FILE>', 'write the file that PATH or --dump names to a new file; - for standard output')
    .addOption(repositoryOption())
    .addOption(textOrJson())
    .addHelpText('after', BROWSE_HELP)
    .action(async (snapshot: string, path: string, flags: BrowseFlags) => {
      const { browseCommand } = await import('#cli/volume/browse-command.ts');
      finish(await browseCommand(snapshot, path, flags, process.env));
    });
  volume
    .command('verify')
    .description('read a whole repository without restic, recompute every hash, compare with the record')
    .addOption(repositoryOption())
    .option('--independent', 'without restic; there is no other way yet')
    .option(
      '--directory <DIRECTORY>',
      'where its files are here: a mount or a plain copy (default: its own place, also at a server)',
    )
    .addOption(textOrJson())
    .addHelpText('after', VERIFY_HELP)
    .action(async (flags: VerifyFlags) => {
      const { verifyVolumeCommand } = await import('#cli/volume/verify-command.ts');
      finish(await verifyVolumeCommand(flags, process.env));
    });
}

const VERIFY_HELP = `
Snapshots that the record knows and that are not there count as damage; those that it does not know are named. A repository
at a server (sftp, rest, s3) is fetched whole, and nothing of it is kept here.

Examples:
  holdfast volume verify --repo main
  holdfast volume verify --repo off --directory /mnt/copy-of-the-bucket

Exit codes: 0 whole, 1 failed, 2 usage, 3 damage found.`;

const BROWSE_HELP = `
The repository is read without restic, wherever it lies, and each hash is checked.

Examples:
  holdfast volume browse latest --volume db --repo main
  holdfast volume browse 1a2b3c4d conf/app.ini --output - --repo main
  holdfast volume browse latest --volume db --dumps --repo main
  holdfast volume browse latest --volume db --dump db/postgres/shop.dump --output - --repo main

Exit codes: 0 done, 1 failed, 2 usage, 3 some of it could not be read.`;

const RESTORE_HELP = `
Examples:
  holdfast volume restore latest --volume db --to db-restored --repo main
  holdfast volume restore --volume db --at 24h --in-place --repo main
  holdfast volume restore 1a2b3c4d --volume db --path conf/app.ini --target /tmp/old --repo main
  holdfast volume restore --volume db --no-known-exploited --to db-clean --repo main
  holdfast volume restore --stack shop --start --repo main

Exit codes: 0 restored, 1 failed or something missing, 2 usage, 3 with --what-is-left: some of it is lost; of a stack: it asks
for more of this host than its own containers and volumes, and nobody said --trust-definition.`;
