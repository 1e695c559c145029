import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type {
  RetentionRunFlags,
  RetentionSetFlags,
  RetentionShowFlags,
  SignsAcceptFlags,
} from '#cli/volume/retention-command.ts';

/** Adds `holdfast volume retention` and `holdfast volume signs` with what is under them. */
export function addVolumeRetention(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  const retention = volume.command('retention').description('which snapshots are kept, and forgetting the others');
  const set = retention
    .command('set')
    .description('say which snapshots are kept; nothing is forgotten by that')
    .addOption(repositoryOption())
    .addOption(new Option('--volume <VOLUME>', 'only of this volume, or directory of the host').conflicts('stack'))
    .option('--stack <STACK>', 'only of the volumes of this stack');
  for (const [rule, period] of RULES) {
    set.addOption(new Option(`--${rule} <N>`, period).argParser(countOf).conflicts('none'));
  }
  set
    .addOption(new Option('--within <TIME>', 'all that are not older, such as 30d or 1y6m').conflicts('none'))
    .option('--none', 'no policy of its own any more')
    .option('--prune-after <DAYS>', 'when apply also removes data that no snapshot needs; 0: only with --prune', daysOf)
    .addOption(textOrJson())
    .addHelpText('after', SET_HELP)
    .action(async (flags: RetentionSetFlags) =>
      finish(await (await commands()).retentionSetCommand(flags, process.env)),
    );
  retention
    .command('show')
    .description(
      'the policies of a repository, and signs of ransomware that nobody accepted; the repository is not asked',
    )
    .addOption(repositoryOption())
    .addOption(textOrJson())
    .action(async (flags: RetentionShowFlags) =>
      finish(await (await commands()).retentionShowCommand(flags, process.env)),
    );
  addRun(retention.command('preview'), false)
    .description('each snapshot, whether it is kept, and why; nothing is done')
    .addHelpText('after', PREVIEW_HELP)
    .action(async (flags: RetentionRunFlags) =>
      finish(await (await commands()).retentionRunCommand({ ...flags, dryRun: true }, process.env)),
    );
  addRun(retention.command('apply'), true)
    .description('forget the snapshots that no policy keeps')
    .addHelpText('after', APPLY_HELP)
    .action(async (flags: RetentionRunFlags) =>
      finish(await (await commands()).retentionRunCommand({ ...flags, list: 'forgotten' }, process.env)),
    );
  volume
    .command('signs')
    .description('signs of ransomware that pause retention')
    .command('accept')
    .description('say that they were looked at and are no attack: retention goes on')
    .argument('<volume>')
    .addOption(repositoryOption())
    .requiredOption('--reason <TEXT>', 'why it is none; it stands in the record')
    .addOption(textOrJson())
    .addHelpText('after', ACCEPT_HELP)
    .action(async (name: string, flags: SignsAcceptFlags) =>
      finish(await (await commands()).signsAcceptCommand(name, flags, process.env)),
    );
}

const RULES = [
  ['last', 'the newest N'],
  ['hourly', 'the newest of each of N hours'],
  ['daily', 'of each of N days'],
  ['weekly', 'of each of N weeks'],
  ['monthly', 'of each of N months'],
  ['yearly', 'of each of N years'],
] as const;

function addRun(command: Command, acts: boolean): Command {
  command
    .addOption(repositoryOption())
    .option('--volume <VOLUME>', 'only this volume, or directory of the host (default: all that the repository has)')
    .option('--include-foreign', 'treat snapshots that the record does not know as if they were ours');
  if (acts) {
    command
      .option('--dry-run', 'do nothing, and show what would be done')
      .option('--prune', 'remove data that no snapshot needs, now')
      .option('--no-prune', 'do not, even when it is due');
  }
  return command
    .option(
      '--advisories <FILE>',
      'judge images with this file (default: the updated one, else the built-in starter set)',
    )
    .addOption(engineOption())
    .addOption(textOrJson());
}

function commands() {
  return import('#cli/volume/retention-command.ts');
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1 to 99999.');
}

function daysOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= 3650) return Number(text);
  throw new InvalidArgumentError('It must be a number of days from 0 to 3650.');
}

const SET_HELP = `
Without --volume and --stack it is the default of the repository. A volume’s own policy comes before that of its stack, and
that before the default; without any, all its snapshots are kept. Rules count as those of restic forget do, in UTC; what
one rule keeps is kept.

Examples:
  holdfast volume retention set --repo nas --daily 7 --weekly 5 --monthly 12
  holdfast volume retention set --repo nas --volume db --within 2d --hourly 48 --daily 30 --yearly 10
  holdfast volume retention preview --repo nas`;

const PREVIEW_HELP = `
Examples:
  holdfast volume retention preview --repo nas
  holdfast volume retention preview --repo nas --volume db --format json
Exit codes: 0 looked, 1 failed, 2 usage, 3 signs of ransomware are raised.`;

const APPLY_HELP = `
Whatever the policies say, these stay: the newest good snapshot, the last one that only trusted images wrote, those that the
record does not know, and those whose time cannot be right. Before anything is forgotten, what changed is compared with the
volume’s own history; with signs of ransomware nothing is forgotten or removed until somebody accepts them.

Examples:
  holdfast volume retention apply --repo nas --dry-run
  holdfast volume retention apply --repo nas --volume db
  holdfast volume retention apply --repo nas --prune
Exit codes: 0 done, 1 failed, 2 usage, 3 signs of ransomware are raised.`;

const ACCEPT_HELP = `
Look first: holdfast volume retention show --repo nas

Example:
  holdfast volume signs accept db --repo nas --reason "the archive was compressed, ticket 512"`;
