import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { hoursOf } from '#cli/commands/options.ts';
import type { VolumeDoctorFlags, VolumeListFlags } from '#cli/volume/find-command.ts';

/** Adds `holdfast volume` with its commands. */
export function addVolume(program: Command, finish: Finish): void {
  const volume = program.command('volume').description('data of containers: find it, keep it, restore it');
  volume
    .command('ls')
    .description('volumes, host directories and stores elsewhere that containers keep data in, and who uses them')
    .addOption(engineOption())
    .addOption(tableOrJson())
    .addHelpText('after', LIST_HELP)
    .action(async (flags: VolumeListFlags) => {
      const { volumeListCommand } = await import('#cli/volume/find-command.ts');
      finish(await volumeListCommand(flags, process.env));
    });
  volume
    .command('doctor')
    .description('data that would be lost with its container, and what else endangers it, each with its fix')
    .addOption(engineOption())
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit 3 when a finding is at least this severe').choices([
        'critical',
        'high',
        'medium',
        'low',
      ]),
    )
    .addOption(
      new Option('--objective <HOURS>', 'how old a snapshot may be where no schedule says so')
        .argParser(hoursOf)
        .default(24),
    )
    .addOption(tableOrJson())
    .addHelpText('after', DOCTOR_HELP)
    .action(async (flags: VolumeDoctorFlags) => {
      const { volumeDoctorCommand } = await import('#cli/volume/find-command.ts');
      finish(await volumeDoctorCommand(flags, process.env));
    });
}

/** The engine whose containers are meant. */
function engineOption(): Option {
  return new Option('--engine <URL>', 'unix:///PATH or tcp://HOST:PORT (default: DOCKER_HOST, else the usual sockets)');
}

function tableOrJson(): Option {
  return new Option('--format <FORMAT>', 'table or json').choices(['table', 'json']).default('table');
}

const LIST_HELP = `
Nothing is changed: the engine is only asked. Values of variables are never shown.

Examples:
  holdfast volume ls
  holdfast volume ls --engine unix:///run/podman/podman.sock --format json`;

const DOCTOR_HELP = `
Nothing is changed: the engine is only asked, its directories are read where this user may.

Examples:
  holdfast volume doctor
  holdfast volume doctor --fail-on high --format json

Exit codes: 0 looked, 1 failed, 2 usage, 3 found what --fail-on names.`;
