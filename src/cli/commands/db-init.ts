import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { textOrJson } from '#cli/commands/options.ts';
import type { DbInitFlags } from '#cli/db-init-command.ts';

/** Adds `holdfast db-init`. */
export function addDbInit(program: Command, finish: Finish): void {
  program
    .command('db-init')
    .description('make the ledger’s tables in PostgreSQL, and a role that can add events but not change them')
    .requiredOption('--writer <ROLE>', 'the role that HOLDFAST_DATABASE names; made if it is missing')
    .option('--owner-url <URL>', 'postgres://..., as the role that owns the tables (default: HOLDFAST_OWNER_DATABASE)')
    .addOption(textOrJson())
    .addHelpText('after', DB_INIT_HELP)
    .action(async (flags: DbInitFlags) => {
      const { dbInitCommand } = await import('#cli/db-init-command.ts');
      finish(await dbInitCommand(flags, process.env));
    });
}

const DB_INIT_HELP = `
Other users of this machine can see a command line. A password belongs into HOLDFAST_OWNER_DATABASE, PGPASSWORD or
~/.pgpass. Run it again after an update of holdfast: it changes only what is not as it should be.

Example:
  HOLDFAST_OWNER_DATABASE=postgres://owner:...@db.example/holdfast holdfast db-init --writer holdfast_writer`;
