import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { runAfter } from '#app/volume/snapshot/around/around-snapshot.ts';
import { commandsDirectory, readOwed } from '#app/volume/snapshot/around/command-journal.ts';
import { takeLock } from '#base/files/lock-file.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { holderState } from '#volume/hold/holder.ts';

/** What was run in place of runs that have died. */
export interface ReconciledCommands {
  readonly commands: readonly { readonly container: string; readonly name: string; readonly label: string }[];
  readonly problems: readonly Problem[];
}

/**
 * Runs the commands that dead runs owe: those of `after` labels whose snapshot was begun. One that fails is told once, and
 * not tried again; where the engine does not answer, they stay owed.
 */
export async function reconcileCommands(environment: NodeJS.ProcessEnv): Promise<ReconciledCommands> {
  const directory = commandsDirectory(environment);
  const { self, connect } = reconcileDeps(environment);
  const dead = readOwed(directory).filter(
    ({ owed }) => owed === undefined || holderState(owed.holder, self) === 'dead',
  );
  if (dead.length === 0) return { commands: [], problems: [] };
  const lock = takeLock(join(directory, 'lock'));
  if (lock === undefined) return { commands: [], problems: [] };
  const commands: ReconciledCommands['commands'][number][] = [];
  const problems: Problem[] = [];
  try {
    // Another may have been here before the lock was had.
    const still = new Set(readOwed(directory).map(({ path }) => path));
    for (const { path, owed } of dead.filter((one) => still.has(one.path))) {
      if (owed === undefined) {
        problems.push({
          code: 'SNAPSHOT_COMMANDS_UNREADABLE',
          message: `${path} does not say which commands are owed`,
          path,
        });
        continue;
      }
      try {
        const engine = await connect(owed.engine);
        problems.push(...(await runAfter(engine, owed.after)));
        rmSync(path, { force: true });
        commands.push(...owed.after.map(({ container, name, label }) => ({ container, name, label })));
      } catch (error) {
        problems.push(problemOf(error, path));
      }
    }
    return { commands, problems };
  } finally {
    lock.release();
  }
}
