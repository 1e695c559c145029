import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, positionOf, textOrJson } from '#cli/commands/options.ts';
import type { LogFlags } from '#cli/log-command.ts';

/** Adds `holdfast log`. */
export function addLog(program: Command, finish: Finish): void {
  const log = program
    .command('log')
    .description('what is on the record: when, who, what, about what, and how it came out')
    .option('--since <TIME>', 'from then on: 2026-11-22, 2026-11-22T10:00Z, or how long ago: 90m, 24h, 7d')
    .option('--until <TIME>', 'before then')
    .addOption(
      new Option('--type <TYPE>', 'only this kind of event; several times').argParser<readonly string[]>(collect),
    )
    .option('--subject <TEXT>', 'only what is about this: a part of a name or digest')
    .option('--actor <NAME>', 'only what this one did')
    .addOption(
      new Option('--outcome <OUTCOME>', 'only what came out so').choices([
        'done',
        'incomplete',
        'failed',
        'allow',
        'deny',
        'unknown',
      ]),
    )
    .option('--limit <NUMBER>', 'at most so many, the newest', positionOf, 50)
    .option('--follow', 'go on as events come')
    .addOption(
      new Option('--format <FORMAT>', 'table, json, jsonl or csv')
        .choices(['table', 'json', 'jsonl', 'csv'])
        .default('table'),
    )
    .addHelpText('after', LOG_HELP)
    .action(async (flags: LogFlags) => finish(await (await commands()).logCommand(flags, process.env)));
  log
    .command('show')
    .description('one event, whole')
    .argument('<position>', 'its place in the record', positionOf)
    .addOption(textOrJson())
    .action(async (position: number, _: object, command: Command) => {
      // The parent has an option of the same name.
      const { format } = command.optsWithGlobals<{ format: string }>();
      finish(await (await commands()).showCommand(position, format === 'json' ? 'json' : 'text', process.env));
    });
}

function commands() {
  return import('#cli/log-command.ts');
}

const LOG_HELP = `
Examples:
  holdfast log --since 24h
  holdfast log --type image.inventoried --subject nginx --format csv
  holdfast log --follow --format jsonl
  holdfast log show 17`;
