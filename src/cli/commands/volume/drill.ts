import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { DrillFlags } from '#cli/volume/drill-command.ts';

/** Adds `holdfast volume drill`. */
export function addVolumeDrill(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('drill')
    .description('try a snapshot: restore it aside, start what wrote it, ask what it holds, compare, remove')
    .argument('[volume]', 'the volume that it is of')
    .addOption(repositoryOption())
    .option('--snapshot <ID>', 'which (default: latest)')
    .addOption(new Option('--all', 'the latest of every volume').conflicts(['snapshot', 'keep']))
    .option('--wait <SECONDS>', 'how long it may take until it answers', secondsOf, 180)
    .option('--load-limit <SECONDS>', 'how long loading the dumps of a container may take', secondsOf, 1800)
    .option('--dump-limit <GIB>', 'how large the dumps of a container may be', gibOf, 16)
    .option('--keep', 'leave the container and its volume there, for looking')
    .option('--dry-run', 'only say what would be started and asked')
    .option(
      '--require-proof',
      'exit 4 when it restores, but nothing could be asked or compared, or dumps could not be tried',
    )
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', DRILL_HELP)
    .action(async (name: string | undefined, flags: DrillFlags) => {
      const { drillCommand } = await import('#cli/volume/drill-command.ts');
      finish(await drillCommand(name, flags, process.env));
    });
}

function secondsOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds from 1 to 99999.');
}

function gibOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of GiB from 1 to 99999.');
}

const DRILL_HELP = `
What is started has no network, no devices, nothing of the host, and a limit on memory. Known databases are asked for their
tables and rows; others by the command of the label holdfast.volume.probe, or their image’s health check. The same was asked
before the snapshot: a database that comes back empty fails. The result is on the record.

Dumps in the snapshot are loaded, too: those of each container into a fresh server of the image that wrote them, which is
emptied first and then asked the same. Dumps of the label holdfast.volume.dump are loaded by the command of the label
holdfast.volume.load, which gets them on standard input. Dumps that a drill cannot load are named.

What a drill does not prove: that an application works which needs others, since it has no network. Where the files could not
be tried or asked, or there is no value from before, the outcome is unproven, and not passed.

Examples:
  holdfast volume drill db
  holdfast volume drill db --snapshot 1a2b3c4d --keep
  holdfast volume drill --all --format json

Exit codes: 0 passed, or restores and nothing could be asked, 1 failed, or could not run, 2 usage, 4 with --require-proof:
nothing could be asked, or dumps could not be tried.`;
