import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { hoursOf, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { ScheduleSetFlags } from '#cli/volume/schedule-command.ts';

/** Adds `holdfast volume schedule` and what is under it. */
export function addVolumeSchedule(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  const schedule = volume.command('schedule').description('when the daemon takes snapshots, of what, and where to');
  schedule
    .command('set')
    .description('set a schedule, or change the one of that name')
    .argument('<name>', 'what it is to be called')
    .addOption(repositoryOption())
    .addOption(new Option('--volume <VOLUME>', 'of this volume').conflicts(['bind', 'stack', 'all']))
    .addOption(
      new Option('--bind <PATH>', 'of this directory or file of the host, by its absolute path').conflicts([
        'stack',
        'all',
      ]),
    )
    .addOption(new Option('--stack <STACK>', 'of all that this stack keeps, in one hold').conflicts('all'))
    .option('--all', 'of every stack, and every volume that is in none')
    .addOption(new Option('--cron <EXPRESSION>', 'minute, hour, day, month, day of the week').conflicts('maxAge'))
    .addOption(new Option('--max-age <HOURS>', 'so that the newest is never older').argParser(hoursOf))
    .addOption(new Option('--zone <ZONE>', 'whose clocks --cron goes by, such as Europe/Berlin').default('UTC'))
    .addOption(textOrJson())
    .addHelpText('after', SET_HELP)
    .action(async (name: string, flags: ScheduleSetFlags) =>
      finish(await (await commands()).scheduleSetCommand(name, flags, process.env)),
    );
  schedule
    .command('ls')
    .description('the schedules of this home, when they are due next, and how they went')
    .addOption(textOrJson())
    .action(async (flags: { format: 'text' | 'json' }) =>
      finish(await (await commands()).scheduleListCommand(flags, process.env)),
    );
  schedule
    .command('rm')
    .description('remove a schedule; snapshots stay')
    .argument('<name>')
    .addOption(textOrJson())
    .action(async (name: string, flags: { format: 'text' | 'json' }) =>
      finish(await (await commands()).scheduleRemoveCommand(name, flags, process.env)),
    );
}

function commands() {
  return import('#cli/volume/schedule-command.ts');
}

const SET_HELP = `
A running daemon sees it within half a minute. What was missed while no daemon ran is made up once. When clocks are set
ahead, what falls into the missing hour is done when it has passed; when they are set back, it is done once. (With a star or
a step for minutes or hours, a table follows the time that passes.)

Examples:
  holdfast volume schedule set nightly --all --repo nas --cron "30 3 * * *" --zone Europe/Berlin
  holdfast volume schedule set db --volume db --repo nas --max-age 6
  holdfast volume schedule set uploads --bind /srv/uploads --repo nas --max-age 24`;
