import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import type { DbFlags } from '#cli/db-command.ts';

/** Adds `holdfast db` and what is under it. */
export function addDb(program: Command, finish: Finish): void {
  const db = program.command('db').description('advisories: make them, fetch them, look at them');
  db.command('build')
    .description('make a file of advisories from OSV records, Debian’s tracker, KEV and EPSS')
    .requiredOption('--from <PATH...>', 'directories, zips, .json, .jsonl and .csv, also .gz')
    .requiredOption('--out <FILE>', 'the file to make')
    .option('--format <FORMAT>', 'text or json', 'text')
    .addHelpText('after', '\nExample:\n  holdfast db build --from osv-export.zip kev.json --out advisories.db')
    .action(async (flags: DbFlags) => finish(await (await commands()).buildCommand(flags, process.env)));
  db.command('status')
    .description('say which advisories scans use, how old they are and what they hold')
    .option('--advisories <FILE>', 'look at this file instead')
    .option('--format <FORMAT>', 'text or json', 'text')
    .action(async (flags: DbFlags) => finish(await (await commands()).statusCommand(flags, process.env)));
  db.command('import')
    .description('take a file of advisories, from a mirror or an offline bundle, for all scans')
    .argument('<FILE|URL>')
    .option('--format <FORMAT>', 'text or json', 'text')
    .addHelpText('after', '\nThe old file is kept until the new one is whole and checked.')
    .action(async (from: string, flags: DbFlags) =>
      finish(await (await commands()).importCommand(from, flags, process.env)),
    );
  db.command('update')
    .description('fetch the public OSV exports, KEV and EPSS and make the file anew')
    .argument('[ecosystem...]', 'OSV’s names (default: those fetched before and those that scans met)')
    .option('--quiet', 'no progress')
    .option('--format <FORMAT>', 'text or json', 'text')
    .addHelpText('after', '\nExample:\n  holdfast db update Debian npm PyPI Go')
    .action(async (names: string[], flags: DbFlags) =>
      finish(await (await commands()).updateCommand(names, flags, process.env)),
    );
}

function commands() {
  return import('#cli/db-command.ts');
}
