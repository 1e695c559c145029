import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, formatWords } from '#cli/commands/options.ts';
import type { LintFlags } from '#cli/lint-flags.ts';
import { LINT_REPORT_FORMATS } from '#cli/write-report.ts';
import { SEVERITIES } from '#core/severity.ts';

/** Adds `holdfast lint`. */
export function addLint(program: Command, finish: Finish): void {
  program
    .command('lint')
    .description('judge how images are built and how containers are run, each finding with its fix')
    .argument(
      '<path...>',
      'files, directories, - for standard input, image:TARGET for an image’s history, or host: for this host',
    )
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit 3 when a finding is at least this severe (default: high)').choices(
        [...SEVERITIES].slice(0, 5),
      ),
    )
    .addOption(
      new Option(
        '--format <FORMAT[=FILE]>',
        `text, json, jsonl, ${formatWords(LINT_REPORT_FORMATS)}; may be given several times`,
      )
        .argParser<readonly string[]>(collect)
        .default([], 'text'),
    )
    .option('--standard <STANDARD>', 'judge Kubernetes objects by a Pod Security Standard alone: pss:LEVEL[:vVERSION]')
    .addOption(ruleOption('--only', 'ask these rules and no other'))
    .addOption(ruleOption('--skip', 'do not ask these rules'))
    .addOption(
      new Option('--env <NAME[=VALUE]>', 'a variable of compose files; NAME alone takes the shell’s')
        .argParser<readonly string[]>(collect)
        .default([], 'none'),
    )
    .option('--config <FILE>', 'hadolint’s configuration (default: .hadolint.yaml in the current directory)')
    .option('--platform <OS/ARCH>', 'which image of a multi-platform index image:TARGET means (default: this host’s)')
    .option('--insecure', 'plain HTTP to registries of image:TARGET that are not on this host')
    .option('--fix', 'make the edits that clear findings, then judge what is left')
    .addHelpText('after', LINT_HELP)
    .action(async (paths: string[], flags: LintFlags) => {
      const { lintCommand } = await import('#cli/lint-command.ts');
      finish(await lintCommand(paths, flags));
    });
}

function ruleOption(name: string, what: string): Option {
  return new Option(`${name} <IDS>`, `${what}: build/…, DL3008, … with commas; may be given several times`)
    .argParser<readonly string[]>((value, previous) => value.split(',').reduce((all, id) => collect(id, all), previous))
    .default([], 'none');
}

const LINT_HELP = `
What a file is, its content tells. In directories, files with fitting names are opened; .git and node_modules are
left out.

Examples:
  holdfast lint .
  holdfast lint Dockerfile --fail-on medium
  holdfast lint Dockerfile --fix
  holdfast lint - < Dockerfile
  holdfast lint image:registry.example/team/app:1.4
  helm template ./chart | holdfast lint -
  holdfast lint manifests/ --standard pss:restricted:v1.36
  holdfast lint manifests/ --standard pss:baseline:latest --format jsonl
  holdfast lint host: --skip 1.1,2.8
  holdfast lint . --skip DL3008,build/apk-unpinned --format json

Exit codes: 0 judged, 1 failed, 2 usage, 3 found what --fail-on names, 4 a file that was named could not be judged.`;
