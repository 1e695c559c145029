import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, textOrJson } from '#cli/commands/options.ts';
import type { RepoRotateFlags, RepoSheetFlags } from '#cli/volume/repo-care-command.ts';
import type { RepoAddFlags, RepoCheckFlags, RepoFormat } from '#cli/volume/repo-command.ts';

/** Adds `holdfast volume repo` and what is under it. */
export function addVolumeRepo(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  const repo = volume.command('repo').description('repositories: where snapshots are kept, encrypted, by restic');
  for (const [name, description, help] of [
    ['init', 'make a repository', INIT_HELP],
    ['adopt', 'use a restic repository that is there already, as it is', ADOPT_HELP],
  ] as const) {
    repo
      .command(name)
      .description(description)
      .argument('<name>', 'what this home is to call it')
      .requiredOption('--location <LOCATION>', 'a directory, s3:..., sftp:... or rest:...')
      .requiredOption('--password-file <FILE>', 'holds the repository’s password; it is copied into the home')
      .option('--credentials-file <FILE>', 'mode 0600: what S3 or rest-server want to know (default: the environment)')
      .option('--certificates <FILE>', 'authorities to trust beside the system’s, PEM')
      .addOption(
        new Option('--option <NAME=VALUE>', 'of restic for its connections, as with its -o; may be given several times')
          .argParser<readonly string[]>(collect)
          .default([], 'none'),
      )
      .option('--host <NAME>', 'what snapshots are kept under (default: this machine’s name)')
      .addOption(textOrJson())
      .addHelpText('after', help)
      .action(async (given: string, flags: RepoAddFlags) =>
        finish(await (await commands()).repoAddCommand(name, given, flags, process.env)),
      );
  }
  repo
    .command('ls')
    .description('the repositories of this home; none of them is asked')
    .addOption(textOrJson())
    .action(async (flags: RepoFormat) => finish(await (await commands()).repoListCommand(flags, process.env)));
  repo
    .command('check')
    .description('is it whole? Checks the structure and the next part of the data')
    .argument('<name>')
    .option('--parts <N>', 'how many checks it takes until all data was read', partsOf, 10)
    .addOption(new Option('--all', 'read all data now').conflicts(['structure', 'parts']))
    .addOption(new Option('--structure', 'read no data').conflicts('parts'))
    .addOption(textOrJson())
    .addHelpText('after', CHECK_HELP)
    .action(async (name: string, flags: RepoCheckFlags) =>
      finish(await (await commands()).repoCheckCommand(name, flags, process.env)),
    );
  repo
    .command('rotate-password')
    .description('change the password: the new one is tried before the old one is removed')
    .argument('<name>')
    .requiredOption('--new-password-file <FILE>', 'holds the new one')
    .option('--keep-old', 'leave the old one valid, for others who open the repository with it')
    .addOption(textOrJson())
    .addHelpText('after', ROTATE_HELP)
    .action(async (name: string, flags: RepoRotateFlags) =>
      finish(await (await care()).repoRotateCommand(name, flags, process.env)),
    );
  repo
    .command('copy')
    .description('copy snapshots to another repository; what is there already is not copied again')
    .argument('<name>', 'from where')
    .argument('<other>', 'to where; also one of this home')
    .argument('[snapshot...]', 'which (default: all)')
    .addOption(textOrJson())
    .addHelpText('after', COPY_HELP)
    .action(async (name: string, other: string, snapshots: string[], flags: RepoFormat) =>
      finish(await (await care()).repoCopyCommand(name, other, snapshots, flags, process.env)),
    );
  repo
    .command('unlock')
    .description('take away locks whose owners are gone; that of a living run stays')
    .argument('<name>')
    .addOption(textOrJson())
    .addHelpText('after', UNLOCK_HELP)
    .action(async (name: string, flags: RepoFormat) =>
      finish(await (await care()).repoUnlockCommand(name, flags, process.env)),
    );
  repo
    .command('recovery-sheet')
    .description('print what it takes to restore without Holdfast; no secret is on it')
    .argument('<name>')
    .option('--out <FILE>', 'instead of standard output')
    .addOption(textOrJson())
    .addHelpText('after', SHEET_HELP)
    .action(async (name: string, flags: RepoSheetFlags) =>
      finish(await (await care()).repoSheetCommand(name, flags, process.env)),
    );
}

function commands() {
  return import('#cli/volume/repo-command.ts');
}

function care() {
  return import('#cli/volume/repo-care-command.ts');
}

function partsOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1 to 9999.');
}

const LOCATIONS = `
Locations: /mnt/backup/holdfast, s3:https://s3.example/BUCKET/PATH, sftp:USER@HOST:/PATH, rest:https://HOST:8000/PATH.
They are written down, so they hold no credentials: those come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN, or RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD, in the environment or in the credentials file.`;

const INIT_HELP = `${LOCATIONS}
The password encrypts everything. A copy lies in the home (keys/repositories/NAME, mode 0600); keep another one elsewhere.
It takes restic 0.14 or newer, and a home (holdfast init).

Examples:
  holdfast volume repo init nas --location /mnt/nas/snapshots --password-file secret
  holdfast volume repo init off --location s3:https://s3.example/bucket/host1 --password-file secret --credentials-file s3.env`;

const ADOPT_HELP = `${LOCATIONS}
Nothing in the repository is changed. Its snapshots can be listed and restored; retention here never touches those of
other hosts. Locks that are found there are taken to be somebody else’s: holdfast volume repo unlock is for you to call.

Example:
  holdfast volume repo adopt old --location sftp:backup@nas:/backrest --password-file secret`;

const CHECK_HELP = `
Each call reads the next part, so that N calls read everything; --structure and --all are the extremes. Where parts were
damaged is kept until the same part is found whole, and shown by ls.

Examples:
  holdfast volume repo check nas
  holdfast volume repo check nas --all --format json

Exit codes: 0 whole, 1 could not be checked, 2 usage, 3 damage found.`;

const ROTATE_HELP = `
Interrupted at any time, the home has a password that opens the repository; do it again to complete it. Who has the old
password and an old copy of the repository still reads that copy: what was encrypted is not encrypted anew.

Example:
  holdfast volume repo rotate-password nas --new-password-file secret.new`;

const COPY_HELP = `
Data that both have is not sent again. Each keeps its own password, retention and checks. restic reads and writes with one set of
credentials for S3: two repositories there with different keys cannot be copied to one another.

Examples:
  holdfast volume repo copy nas off
  holdfast volume repo copy nas off 1a2b3c4d`;

const UNLOCK_HELP = `
Exit codes: 0 it is not locked now, 1 locks stay, or it does not answer, 2 usage.

Example:
  holdfast volume repo unlock old`;

const SHEET_HELP = `
It is printed also when the repository does not answer; the exit code is 1 then.

Example:
  holdfast volume repo recovery-sheet nas --out nas.txt`;
