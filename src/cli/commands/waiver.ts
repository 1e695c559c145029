import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, textOrJson } from '#cli/commands/options.ts';
import type { WaiverGrantFlags } from '#cli/policy/waiver-command.ts';
import { JUSTIFICATIONS } from '#policy/waiver/justification.ts';

/** Adds `holdfast waiver` and what is under it. */
export function addWaiver(program: Command, finish: Finish): void {
  const waiver = program.command('waiver').description('what somebody accepts for a while, on the record');
  waiver
    .command('grant')
    .description('accept a vulnerability, or what a rule says, until a day')
    .argument('[vulnerability]', 'any of its ids: CVE-2026-1234, GHSA-…')
    .option('--rule <ID>', 'what this rule says; beside a vulnerability: of it only')
    .addOption(
      new Option('--image <PATTERN>', 'for these images; * is anything without a slash, ** anything; several times')
        .argParser<readonly string[]>(collect)
        .default([], 'all'),
    )
    .option('--package <NAME|PURL>', 'in this package only')
    .requiredOption('--reason <TEXT>', 'why it is accepted')
    .requiredOption('--expires <DATE|DAYS>', 'until when: 2026-12-31, or 30d; a year at most')
    .addOption(new Option('--justification <WORD>', 'why it does no harm, in VEX’s words').choices(JUSTIFICATIONS))
    .addOption(textOrJson())
    .addHelpText('after', GRANT_HELP)
    .action(async (vulnerability: string | undefined, flags: WaiverGrantFlags) =>
      finish(await (await commands()).waiverGrantCommand(vulnerability, flags, process.env)),
    );
  waiver
    .command('revoke')
    .description('take a waiver back')
    .argument('<id>')
    .option('--reason <TEXT>', 'why')
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast waiver revoke w-1a2b3c4d --reason "fixed in 1.5"')
    .action(async (id: string, flags: { readonly reason?: string; readonly format: 'text' | 'json' }) =>
      finish(await (await commands()).waiverRevokeCommand(id, flags, process.env)),
    );
  waiver
    .command('list')
    .description('the waivers on the record that count')
    .option('--all', 'also those that are over or were taken back')
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast waiver list --all')
    .action(async (flags: { readonly all?: true; readonly format: 'text' | 'json' }) =>
      finish(await (await commands()).waiverListCommand(flags, process.env)),
    );
}

function commands() {
  return import('#cli/policy/waiver-command.ts');
}

const GRANT_HELP = `
The author is whoever grants it. Waivers on the record count in every check of this home; those of a file in the checks
that are given the file (--waivers).

Examples:
  holdfast waiver grant CVE-2026-1234 --image 'registry.example/team/**' --reason "not reachable" --expires 30d
  holdfast waiver grant --rule non-root --image legacy --reason "moves in May" --expires 2026-05-31

Exit codes: 0 granted, 1 failed, 2 usage.`;
