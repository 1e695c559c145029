import { type Command, Option } from 'commander';
import type { AffectedFlags } from '#cli/affected-command.ts';
import type { Finish } from '#cli/commands/finish.ts';

/** Adds `holdfast affected`. */
export function addAffected(program: Command, finish: Finish): void {
  program
    .command('affected')
    .description('which images on the record a vulnerability hits, or hold a package; nothing is scanned again')
    .argument('<id|purl>', 'CVE-..., GHSA-..., or a package URL, with or without a version')
    .option('--since <TIME>', 'only images that were looked into since then: 2026-11-22, 24h, 7d')
    .option('--advisories <FILE>', 'compare with this file (default: the updated one, else the built-in starter set)')
    .addOption(new Option('--format <FORMAT>', 'table or json').choices(['table', 'json']).default('table'))
    .addHelpText('after', AFFECTED_HELP)
    .action(async (asked: string, flags: AffectedFlags) => {
      const { affectedCommand } = await import('#cli/affected-command.ts');
      finish(await affectedCommand(asked, flags, process.env));
    });
}

const AFFECTED_HELP = `
Examples:
  holdfast affected CVE-2024-3094
  holdfast affected pkg:npm/lodash@4.17.20 --since 30d`;
