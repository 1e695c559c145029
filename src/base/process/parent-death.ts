import { spawnSync } from 'node:child_process';

const KILLED_WITH_PARENT = ['--pdeathsig', 'KILL', '--'] as const;
/** The kernel tells of no death that came before it was asked to: who has another parent by then does not begin. */
const UNLESS_ORPHANED = ['/bin/sh', '-c', '[ "$PPID" = "$0" ] && unset PWD OLDPWD SHLVL && exec "$@"'] as const;

let known: string | undefined | null = null;

/**
 * A command line that also dies when this program is killed in a way that it cannot see, such as by SIGKILL: util-linux’s
 * `setpriv` asks the kernel for that (prctl, PR_SET_PDEATHSIG) and becomes the program. Where there is none, as on Alpine,
 * the command line stays as it is.
 */
export function parentDeath(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (known === null) known = ['/usr/bin/setpriv', '/bin/setpriv'].find(works);
  if (known === undefined) return [program, args];
  return [known, [...KILLED_WITH_PARENT, ...UNLESS_ORPHANED, String(process.pid), program, ...args]];
}

function works(setpriv: string): boolean {
  return (
    spawnSync(setpriv, [...KILLED_WITH_PARENT, ...UNLESS_ORPHANED, String(process.pid), 'true'], {
      stdio: 'ignore',
      timeout: 5000,
    }).status === 0
  );
}
