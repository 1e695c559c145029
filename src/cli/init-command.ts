import { actorOf } from '#app/home/actor.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { initHome } from '#app/home/init-home.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';

/** Options of `holdfast init`. */
export interface InitFlags {
  readonly checkpointTo: readonly string[];
  readonly format: 'text' | 'json';
}

/** `holdfast init`. */
export async function initCommand(flags: InitFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const { home, made, verifierKey, problems } = await initHome({
    environment,
    checkpointPlaces: flags.checkpointTo,
    actor: actorOf(environment),
    now: recordClock,
  });
  printProblems(problems);
  const { directory, config } = home;
  if (flags.format === 'json') {
    await writeText(`${JSON.stringify({ directory, made, verifierKey, ...config, problems }, null, 2)}\n`);
    return exitCodes.done;
  }
  const places =
    config.checkpointPlaces.length === 0
      ? [
          'Nowhere yet. Copies elsewhere make rewriting the record visible:',
          '  holdfast init --checkpoint-to /mnt/elsewhere',
        ]
      : config.checkpointPlaces;
  const lines = [
    made ? `Made the home ${directory}.` : `The home ${directory} was there already.`,
    '',
    `Ledger       ${config.database === 'sqlite' ? homePaths(directory).database : 'PostgreSQL, at HOLDFAST_DATABASE'}`,
    `Public key   ${verifierKey}`,
    `Checkpoints  ${places.join('\n             ')}`,
    '',
    'From now on scans and updates of advisories are on the record: holdfast log shows it.',
    `Keep ${homePaths(directory).key} secret, and a backup of the home elsewhere: holdfast home backup`,
  ];
  await writeText(`${lines.join('\n')}\n`);
  return exitCodes.done;
}
