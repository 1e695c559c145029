import { spawnSync } from 'node:child_process';

const KILLED_WITH_PARENT = ['--pdeathsig', 'KILL', '--'] as const;

let known: string | undefined | null = null;

/**
 * A command line that also dies when this program is killed in a way that it cannot see, such as by SIGKILL: util-linux’s
 * `setpriv` asks the kernel for that (prctl, PR_SET_PDEATHSIG) and becomes the program. Where there is none, as on Alpine,
 * the command line stays as it is.
 */
export function parentDeath(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (known === null) known = ['/usr/bin/setpriv', '/bin/setpriv'].find(works);
  return known === undefined ? [program, args] : [known, [...KILLED_WITH_PARENT, program, ...args]];
}

function works(setpriv: string): boolean {
  return spawnSync(setpriv, [...KILLED_WITH_PARENT, 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0;
}
