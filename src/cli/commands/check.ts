import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, formatWords } from '#cli/commands/options.ts';
import type { CheckFlags } from '#cli/policy/check-command.ts';
import { REPORT_FORMATS } from '#cli/write-report.ts';

/** Adds `holdfast check`. */
export function addCheck(program: Command, finish: Finish): void {
  program
    .command('check')
    .description('decide by policies whether a target may run: allow, deny or unknown, with reasons')
    .argument('[target...]', 'as for scan: KIND:WHAT, an existing path, or an image reference')
    .option('--running', 'check every image that the engine’s running containers use')
    .addOption(
      new Option('--policy <NAME|FILE>', 'baseline, strict, audit, or a file; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'HOLDFAST_POLICY, else baseline'),
    )
    .option('--environment <NAME>', 'where it shall run: some policies are for some environments')
    .addOption(
      new Option('--waivers <FILE>', 'what is accepted for a while; also .trivyignore; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'those on the record'),
    )
    .addOption(
      new Option('--vex <FILE>', 'what vendors say of findings: OpenVEX, CSAF, CycloneDX; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'none'),
    )
    .option('--baseline <REPORT>', 'an earlier scan --format json: rules with newOnly pass over what it has')
    .addOption(
      new Option(
        '--format <FORMAT[=FILE]>',
        `text, json, facts (what rules see), openvex, ${formatWords(REPORT_FORMATS)}; may be given several times`,
      )
        .argParser<readonly string[]>(collect)
        .default([], 'text'),
    )
    .option('--advisories <FILE>', 'compare with this file (default: the updated one, else the built-in starter set)')
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index (default: this host’s)')
    .option('--verify', 'hash every byte of engine images too, instead of reading them in place')
    .option('--no-verify', 'hash nothing; the report says so')
    .option('--insecure', 'plain HTTP to registries that are not on this host')
    .option('--no-cache', 'neither read nor keep results of layers')
    .option('--record', 'put scan and verdict on the record (default: where holdfast init made a home)')
    .option('--no-record', 'put nothing on the record')
    .option('--quiet', 'no progress')
    .addHelpText('after', CHECK_HELP)
    .action(async (targets: string[], flags: CheckFlags) => {
      const { checkCommand } = await import('#cli/policy/check-command.ts');
      finish(await checkCommand(targets, flags, process.env));
    });
}

const CHECK_HELP = `
What could not be read or compared makes the verdict unknown, never allow. A rule that certainly does not hold denies,
whatever else is unknown.

Examples:
  holdfast check app:1.4
  holdfast check registry:registry.example/team/app:1.4 --policy strict --environment production
  holdfast check app:1.4 --policy policy.yaml --format text --format json=verdict.json
  holdfast check --running --policy audit

With --running policies may also ask how containers are run (the rule workload) and, with a home, what is kept of their data
(snapshot-age, snapshot-schedule, drill-age, writers-trusted).

Exit codes: 0 allow, 1 failed or not recorded, 2 usage or an error in a policy, 3 deny, 4 unknown (0 where the policy
says whenUnknown: allow, or only warns). Of several targets, the worst.`;
