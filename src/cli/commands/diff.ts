import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect } from '#cli/commands/options.ts';
import type { DiffFlags } from '#cli/diff-command.ts';
import { SEVERITIES } from '#core/severity.ts';

/** Adds `holdfast diff`. */
export function addDiff(program: Command, finish: Finish): void {
  program
    .command('diff')
    .description('say what a rebuild fixed, added and changed')
    .argument('<before>', 'a target as for scan, or a report of scan --format json')
    .argument('<after>', 'the same')
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit 3 when what is new is at least this severe').choices(
        [...SEVERITIES].slice(0, 5),
      ),
    )
    .addOption(
      new Option('--format <FORMAT[=FILE]>', 'text, json or markdown; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'text'),
    )
    .option('--advisories <FILE>', 'compare with this file (default: the updated one, else the built-in starter set)')
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index (default: this host’s)')
    .option('--verify', 'hash every byte of engine images too, instead of reading them in place')
    .option('--no-verify', 'hash nothing; the report says so')
    .option('--insecure', 'plain HTTP to registries that are not on this host')
    .option('--no-cache', 'neither read nor keep results of layers')
    .option('--quiet', 'no progress')
    .addHelpText('after', DIFF_HELP)
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const { diffCommand } = await import('#cli/diff-command.ts');
      finish(await diffCommand(before, after, flags, process.env));
    });
}

const DIFF_HELP = `
A finding that is gone counts as fixed only where its package was compared again, or is gone, too. What is no longer compared,
and what advisories say otherwise of the same version, is told apart. Nothing is put on the record.

Examples:
  holdfast diff app:1.4 app:1.5
  holdfast diff yesterday.json registry:registry.example/team/app:main --fail-on high
  holdfast diff app:1.4 app:1.5 --format text --format markdown=comment.md

Exit codes: 0 compared, 1 failed, 2 usage, 3 new findings that --fail-on names, 4 with --fail-on: none was found, and not all of
what comes after could be read or compared.`;
