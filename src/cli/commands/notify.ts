import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, textOrJson } from '#cli/commands/options.ts';
import type { NotifyAddFlags, NotifyFormat } from '#cli/notify-command.ts';

/** Adds `holdfast notify` and what is under it. */
export function addNotify(program: Command, finish: Finish): void {
  const notify = program.command('notify').description('who is told when something fails, or nothing is heard of it');
  notify
    .command('add')
    .description('tell somebody from now on')
    .argument('<name>', 'what this home is to call it')
    .addOption(
      new Option('--kind <KIND>', 'how it is told').choices(['webhook', 'chat', 'email', 'ping']).makeOptionMandatory(),
    )
    .option('--url-file <FILE>', 'holds the address of the hook, which is a secret; - is standard input')
    .option('--secret-file <FILE>', 'of a webhook: holds what signs it; made where there is none')
    .addOption(
      new Option('--flavour <FLAVOUR>', 'of a chat').choices(['slack', 'mattermost', 'rocketchat', 'discord', 'teams']),
    )
    .option('--smtp <HOST[:PORT]>', 'of mail: the server that takes it')
    .addOption(new Option('--tls <MODE>', 'of mail (default: starttls)').choices(['starttls', 'implicit', 'none']))
    .option('--user <USER>', 'of mail: who logs in')
    .option('--password-file <FILE>', 'of mail: holds the password; it is copied into the home')
    .option('--from <ADDRESS>', 'of mail')
    .addOption(several('--to <ADDRESS>', 'of mail; may be given several times', 'none'))
    .addOption(several('--on <KIND>', 'what it is told of; may be given several times', 'see below'))
    .addOption(several('--subject <PATTERN>', 'of what only; may be given several times', 'of everything'))
    .addOption(textOrJson())
    .addHelpText('after', ADD_HELP)
    .action(async (name: string, flags: NotifyAddFlags) =>
      finish(await (await commands()).notifyAddCommand(name, flags, process.env)),
    );
  notify
    .command('ls')
    .description('who is told, of what, and how it went last; nobody is asked')
    .addOption(textOrJson())
    .addHelpText('after', LS_HELP)
    .action(async (flags: NotifyFormat) => finish(await (await commands()).notifyListCommand(flags, process.env)));
  notify
    .command('rm')
    .description('tell somebody no more; address and secrets are removed from the home')
    .argument('<name>')
    .addOption(textOrJson())
    .addHelpText('after', '\nExample:\n  holdfast notify rm ops')
    .action(async (name: string, flags: NotifyFormat) =>
      finish(await (await commands()).notifyRemoveCommand(name, flags, process.env)),
    );
  notify
    .command('test')
    .description('send a test now, once; for a ping, that counts as a good run')
    .argument('<name>')
    .addOption(textOrJson())
    .addHelpText('after', TEST_HELP)
    .action(async (name: string, flags: NotifyFormat) =>
      finish(await (await commands()).notifyTestCommand(name, flags, process.env)),
    );
}

function commands() {
  return import('#cli/notify-command.ts');
}

function several(flags: string, description: string, none: string): Option {
  return new Option(flags, description).argParser<readonly string[]>(collect).default([], none);
}

const ADD_HELP = `
Kinds of targets: webhook (JSON, signed as Standard Webhooks says), chat, email, ping (healthchecks.io and its like).
What can be told (--on): started, succeeded, recovered, failed, silent, damaged, suspicious.
Webhooks, chats and mail are told of recovered, failed, silent, damaged and suspicious unless you say otherwise; the same
is told once a day, and at most 20 messages are sent in an hour. A ping is told of every started, succeeded, failed and
damaged: give each job a ping of its own with --subject, or one job’s runs hide that another has stopped.
Addresses and passwords are read from files, so that they are in no list of processes; copies lie in the home (mode 0600).

Examples:
  holdfast notify add ops --kind webhook --url-file hook.url --secret-file hook.secret
  echo https://hooks.slack.com/services/... | holdfast notify add team --kind chat --flavour slack --url-file -
  holdfast notify add mail --kind email --smtp mail.example --user me --password-file pw --from me@example.org --to ops@example.org
  holdfast notify add local --kind email --smtp localhost --tls none --from root@host1.example --to ops@host1.example
  holdfast notify add nightly --kind ping --url-file ping.url --subject schedule:nightly`;

const LS_HELP = `
Examples:
  holdfast notify ls
  holdfast notify ls --format json`;

const TEST_HELP = `
Exit codes: 0 taken, 1 not taken, 2 usage.

Example:
  holdfast notify test ops`;
