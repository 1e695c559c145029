import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, positionOf, textOrJson } from '#cli/commands/options.ts';
import type { VerifyFlags } from '#cli/ledger-command.ts';

/** Adds `holdfast ledger` and what is under it. */
export function addLedger(program: Command, finish: Finish): void {
  const ledger = program.command('ledger').description('the record: check it, prove from it');
  ledger
    .command('verify')
    .description('recompute the whole record and name the first bad position')
    .addOption(
      new Option('--checkpoint <FILE>', 'also compare with a checkpoint that was kept elsewhere; several times')
        .argParser<readonly string[]>(collect)
        .default([], 'those in the home’s places'),
    )
    .option('--key <KEY|FILE>', 'trust this public key (default: the home’s keys/ledger.pub)')
    .addOption(textOrJson())
    .option('--quiet', 'no progress')
    .addHelpText('after', VERIFY_HELP)
    .action(async (flags: VerifyFlags) => finish(await (await commands()).verifyCommand(flags, process.env)));
  ledger
    .command('prove')
    .description('write a file that proves, without the database, that an event is on the record')
    .argument('<position>', 'as holdfast log shows it', positionOf)
    .option('--out <FILE>', 'instead of standard output; .tlog-proof is usual')
    .action(async (position: number, { out }: { out?: string }) =>
      finish(await (await commands()).proveCommand(position, out, process.env)),
    );
  ledger
    .command('check-proof')
    .description('check such a file; needs neither home nor database')
    .argument('<file>')
    .requiredOption('--key <KEY|FILE>', 'the record’s public key, as its keeper published it')
    .addOption(textOrJson())
    .addHelpText('after', '\nExit codes: 0 proved, 2 usage, 3 not proved.')
    .action(async (file: string, flags: { key: string; format: 'text' | 'json' }) =>
      finish(await (await commands()).checkProofCommand(file, flags)),
    );
  ledger
    .command('prove-growth')
    .description('write a file that proves that the record only grew since a checkpoint that was kept')
    .argument('<checkpoint>', 'a file that it was copied to')
    .option('--out <FILE>', 'instead of standard output')
    .action(async (checkpoint: string, { out }: { out?: string }) =>
      finish(await (await commands()).proveGrowthCommand(checkpoint, out, process.env)),
    );
  ledger
    .command('check-growth')
    .description('check such a file; needs neither home nor database')
    .argument('<file>')
    .requiredOption('--since <CHECKPOINT>', 'the file with the older checkpoint')
    .requiredOption('--key <KEY|FILE>', 'the record’s public key, as its keeper published it')
    .addHelpText('after', '\nExit codes: 0 proved, 2 usage, 3 not proved.')
    .action(async (file: string, flags: { since: string; key: string }) =>
      finish(await (await commands()).checkGrowthCommand(file, flags)),
    );
  ledger
    .command('checkpoint')
    .description('print the newest signed checkpoint, to be kept elsewhere')
    .option('--out <FILE>', 'instead of standard output')
    .action(async ({ out }: { out?: string }) => finish(await (await commands()).checkpointCommand(out, process.env)));
  ledger
    .command('key')
    .description('print the public key that checkpoints and proofs are checked with')
    .action(async () => finish(await (await commands()).keyCommand(process.env)));
  ledger
    .command('rebuild')
    .description('make read models anew from the events')
    .argument('[model...]', 'which (default: all)')
    .action(async (ids: string[]) => finish(await (await commands()).rebuildCommand(ids, process.env)));
}

function commands() {
  return import('#cli/ledger-command.ts');
}

const VERIFY_HELP = `
Example:
  holdfast ledger verify --checkpoint /mnt/elsewhere/holdfast_0123-2026-11-22T101500.000Z.checkpoint

What lies behind the newest outside checkpoint is unanchored: whoever holds key and database could rewrite it.
Exit codes: 0 whole, 1 failed, 2 usage, 3 tampered with.`;
