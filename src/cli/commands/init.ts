import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, textOrJson } from '#cli/commands/options.ts';
import type { InitFlags } from '#cli/init-command.ts';

/** Adds `holdfast init`. */
export function addInit(program: Command, finish: Finish): void {
  program
    .command('init')
    .description('make a home: a ledger, its key and its blobs; from then on decisions are on the record')
    .addOption(
      new Option('--checkpoint-to <DIRECTORY|URL>', 'copy signed checkpoints there; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'nowhere'),
    )
    .addOption(textOrJson())
    .addHelpText('after', INIT_HELP)
    .action(async (flags: InitFlags) => {
      const { initCommand } = await import('#cli/init-command.ts');
      finish(await initCommand(flags, process.env));
    });
}

const INIT_HELP = `
HOLDFAST_HOME says where (default: holdfast among the user’s data, by XDG). With HOLDFAST_DATABASE=postgres://...
the ledger is in PostgreSQL; key and blobs stay in the home. Doing it again changes nothing but adds places.

Examples:
  holdfast init
  holdfast init --checkpoint-to /mnt/elsewhere --checkpoint-to https://witness.example/holdfast`;
