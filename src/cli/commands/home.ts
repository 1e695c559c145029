import { type Command, Option } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, textOrJson } from '#cli/commands/options.ts';
import type { BackupFlags, RestoreFlags } from '#cli/home-command.ts';

/** Adds `holdfast home` and what is under it. */
export function addHome(program: Command, finish: Finish): void {
  const home = program.command('home').description('the home: back it up, restore it');
  home
    .command('backup')
    .description('write ledger, blobs and keys into one encrypted file, and print what to keep where')
    .requiredOption('--out <FILE>', 'the file to make; - is standard output')
    .addOption(
      new Option('--recipient <AGE1...>', 'encrypt to this public key of age instead; may be given several times')
        .argParser<readonly string[]>(collect)
        .default([], 'a passphrase'),
    )
    .option('--passphrase-file <FILE>', 'its first line is the passphrase')
    .option('--sheet <FILE>', 'also write the recovery sheet there')
    .addOption(textOrJson())
    .option('--quiet', 'no progress')
    .addHelpText('after', BACKUP_HELP)
    .action(async (flags: BackupFlags) => finish(await (await commands()).backupCommand(flags, process.env)));
  home
    .command('restore')
    .description('make a home out of such a file, where there is none')
    .argument('<file>', '- is standard input')
    .option('--identity <FILE>', 'private keys of age, for a file that was encrypted to recipients')
    .option('--passphrase-file <FILE>', 'its first line is the passphrase')
    .option('--key <KEY|FILE>', 'the record’s public key, as the recovery sheet has it: any other record is refused')
    .addOption(textOrJson())
    .option('--quiet', 'no progress')
    .addHelpText('after', RESTORE_HELP)
    .action(async (file: string, flags: RestoreFlags) =>
      finish(await (await commands()).restoreCommand(file, flags, process.env)),
    );
}

function commands() {
  return import('#cli/home-command.ts');
}

const BACKUP_HELP = `
The passphrase comes from --passphrase-file, else HOLDFAST_PASSPHRASE, else it is asked for. Others may go on recording
meanwhile. The file is a tar, encrypted as age does (age-encryption.org/v1), and holds the key that signs checkpoints.
Exit codes: 0 done, 1 failed, or blobs are missing or damaged (the rest is in the file), 2 usage.

Examples:
  holdfast home backup --out /mnt/elsewhere/home.age --sheet sheet.txt
  holdfast home backup --out home.age --recipient age1...
  holdfast home backup --out - --passphrase-file secret | ssh elsewhere 'cat > home.age'`;

const RESTORE_HELP = `
HOLDFAST_HOME says where. With HOLDFAST_DATABASE=postgres://... the ledger goes into that database, wherever it was
before; the database must be empty, or hold this very record. Nothing is overwritten; what fails leaves nothing behind,
and what was interrupted is done by doing it again. Read the guide: what came after the backup is lost.
Exit codes: 0 done, 1 failed, or something of it is missing (the rest is restored), 2 usage.

Examples:
  holdfast home restore home.age
  holdfast home restore home.age --identity key.txt --key holdfast/0123456789abcdef+01234567+AbCd...
  holdfast ledger verify --checkpoint FILE     afterwards`;
