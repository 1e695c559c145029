import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, formatWords } from '#cli/commands/options.ts';
import type { DoctorFlags } from '#cli/doctor-command.ts';
import { LINT_REPORT_FORMATS } from '#cli/write-report.ts';

/** Adds `holdfast doctor`. */
export function addDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('look at everything that runs here: what can be attacked, what would be lost, what to do tonight')
    .option('--engine <URL>', 'unix:///PATH or tcp://HOST:PORT (default: DOCKER_HOST, else the usual sockets)')
    .option('--advisories <FILE>', 'compare with the advisories in this file (default: those of holdfast db update)')
    .addOption(
      new Option(
        '--format <FORMAT[=FILE]>',
        `text, json, ${formatWords(LINT_REPORT_FORMATS)}; may be given several times`,
      )
        .argParser<readonly string[]>(collect)
        .default([], 'text'),
    )
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit 3 when something to do tonight is at least this severe').choices([
        'critical',
        'high',
        'medium',
      ]),
    )
    .option('--all', 'in the text, also what is of little importance')
    .option('--no-cache', 'neither use nor keep results of layers')
    .option('--quiet', 'no progress')
    .addHelpText('after', DOCTOR_HELP)
    .action(async (flags: DoctorFlags) => {
      const { doctorCommand } = await import('#cli/doctor-command.ts');
      finish(await doctorCommand(flags, process.env));
    });
}

const DOCTOR_HELP = `
Nothing is changed and nothing is sent anywhere. The engine is only asked; its images and directories are read where
this user may. Without an engine, this machine's own packages and settings are looked at.

Examples:
  holdfast doctor
  holdfast doctor --format html=report.html
  holdfast doctor --format json --fail-on critical

Exit codes: 0 looked, 1 failed, 2 usage, 3 found what --fail-on names, 4 --fail-on was given and not all could be looked at.`;
