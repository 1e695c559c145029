import type { Command } from 'commander';
import type { Finish } from '#cli/commands/finish.ts';
import { collect, engineOption, repositoryOption, textOrJson } from '#cli/commands/options.ts';
import type { GuardFlags } from '#cli/volume/guard-command.ts';

/** Adds `holdfast volume guard`. */
export function addVolumeGuard(program: Command, finish: Finish): void {
  const volume = program.commands.find((command) => command.name() === 'volume') ?? program.command('volume');
  volume
    .command('guard')
    .description('run a command of Docker, Podman or Compose behind a snapshot of what it touches')
    .argument('<command...>', 'behind --, as it would be run alone')
    .addOption(repositoryOption())
    .option('--stack <NAME>', 'it touches this stack; may be given several times', collect)
    .option('--volume <VOLUME>', 'it touches this volume; may be given several times', collect)
    .option('--images', 'the line that rolls back also puts the images back')
    .option('--even-without-snapshot', 'run it although a snapshot failed; that is recorded')
    .option('--dry-run', 'only say what would be kept')
    .addOption(engineOption())
    .addOption(textOrJson())
    .addHelpText('after', GUARD_HELP)
    .action(async (command: readonly string[], flags: GuardFlags) => {
      const { guardCommand } = await import('#cli/volume/guard-command.ts');
      finish(await guardCommand(command, flags, process.env));
    });
}

const GUARD_HELP = `
Understood are docker, podman, docker compose, docker-compose and podman-compose: compose up, down, rm and whatever else changes
a stack; run, create, start, stop, restart, kill, rm, exec; volume rm. Everything else needs --stack or --volume. What is not
understood is not run. If a snapshot fails, the command is not run. Afterwards one line on standard error rolls the data back.

Examples:
  holdfast volume guard -- docker compose up -d
  holdfast volume guard --images -- docker compose -f prod.yaml up -d
  holdfast volume guard -- docker volume rm shop_db
  holdfast volume guard --stack shop -- ./deploy.sh

Exit codes: the command’s own; 1 a snapshot failed and it was not run, 2 usage, or it was not understood.`;
