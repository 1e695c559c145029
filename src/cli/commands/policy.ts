import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { textOrJson } from '#cli/commands/options.ts';

type Format = { readonly format: 'text' | 'json' };

/** Adds `holdfast policy` and what is under it. */
export function addPolicy(program: Command, finish: Finish): void {
  const policy = program.command('policy').description('what check decides by: look at it, try it, rehearse it');
  policy
    .command('list')
    .description('the shipped policies, and the rules that a policy can name')
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast policy list')
    .action(async (flags: Format) =>
      finish(await (await import('#cli/policy/policy-command.ts')).policyListCommand(flags)),
    );
  policy
    .command('explain')
    .description('a policy in words: what each rule asks, with which parameters, and why')
    .argument('<name|file>')
    .addOption(
      new Option('--format <FORMAT>', 'text, json, or yaml: the policy itself')
        .choices(['text', 'json', 'yaml'])
        .default('text'),
    )
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (name: string, flags: { readonly format: 'text' | 'json' | 'yaml' }) =>
      finish(await (await import('#cli/policy/policy-command.ts')).policyExplainCommand(name, flags)),
    );
  policy
    .command('schema')
    .description('the JSON Schema of a policy file, for editors')
    .addHelpText('after', '\nExample:\n  holdfast policy schema > policy.schema.json')
    .action(async () => finish(await (await import('#cli/policy/policy-command.ts')).policySchemaCommand()));
  policy
    .command('test')
    .description('judge the cases of a directory and compare with what they expect')
    .argument('<dir|file>')
    .addOption(textOrJson())
    .addHelpText('after', TEST_HELP)
    .action(async (path: string, flags: Format) =>
      finish(await (await import('#cli/policy/try-policies-command.ts')).policyTestCommand(path, flags, process.env)),
    );
  policy
    .command('replay')
    .description('judge every recorded verdict by other policies: what would have been decided')
    .argument('<name|file...>')
    .option('--since <TIME>', 'verdicts from then on: 90d, 2026-01-31', '90d')
    .addOption(textOrJson())
    .addHelpText('after', REPLAY_HELP)
    .action(async (names: string[], flags: Format & { readonly since: string }) =>
      finish(
        await (await import('#cli/policy/policy-replay-command.ts')).policyReplayCommand(names, flags, process.env),
      ),
    );
}

const EXPLAIN_HELP = `
Examples:
  holdfast policy explain baseline
  holdfast policy explain strict --format yaml > policy.yaml`;

const TEST_HELP = `
A file of cases is YAML with kind: PolicyTest, anywhere in the directory. A case names what is judged (facts, image or
given), and expects allow, deny or unknown, and which rules speak. Files that it names lie beside it.

Example:
  holdfast policy test policies/

Exit codes: 0 all passed, 1 a case failed, 2 usage or an error in a file.`;

const REPLAY_HELP = `
Facts, waivers and the clock are those of the recorded verdict: only the policies differ.

Examples:
  holdfast policy replay strict
  holdfast policy replay policy.yaml --since 30d --format json

Exit codes: 0 judged, whatever would change, 1 failed, 2 usage or an error in a policy.`;
