import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { TOOL_PATH } from './tool.ts';

/** The real restic on one repository. */
export interface Restic {
  readonly directory: string;
  /** What it prints. @throws when it fails */
  run(...args: readonly string[]): string;
}

/** restic on the repository `repository` in a directory of the test's own, with its cache beside it. */
export function restic(folder: string, repository: string, password: string): Restic {
  const directory = join(folder, repository);
  const env = {
    PATH: TOOL_PATH,
    RESTIC_REPOSITORY: directory,
    RESTIC_PASSWORD: password,
    RESTIC_CACHE_DIR: join(folder, 'cache'),
  };
  const run = (...args: readonly string[]) => {
    const output = execFileSync('restic', args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    return output.toString();
  };
  return { directory, run };
}
