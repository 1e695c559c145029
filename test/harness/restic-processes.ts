import { readdirSync, readFileSync } from 'node:fs';

/** A restic that runs now. */
export interface ResticProcess {
  readonly pid: number;
  /** Arguments, as everybody on the machine can read them. */
  readonly args: string;
  /** As this user can read it. */
  readonly environment: string;
}

/** Those that were started with files of a directory, with the environment that only the kernel tells. */
export function resticProcesses(directory: string): readonly ResticProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const environment = readText(`/proc/${name}/environ`);
    if (!environment.includes(`RESTIC_REPOSITORY_FILE=${directory}`)) return [];
    return [{ pid: Number(name), args: readText(`/proc/${name}/cmdline`), environment }];
  });
}

/** Waits for one. */
export async function resticProcess(directory: string, command: string): Promise<ResticProcess> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const found = resticProcesses(directory).find(({ args }) => args.includes(`\0${command}\0`));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`restic ${command} was not seen`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
