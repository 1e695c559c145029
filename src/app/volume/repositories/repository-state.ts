import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { repositoryPaths } from '#app/volume/repositories/settings.ts';
import { replaceFile } from '#base/files/replace-file.ts';

const schema = z.object({
  /** Into how many parts the data is divided, and which one is checked next. */
  parts: z.int().check(z.gte(1)),
  nextPart: z.int().check(z.gte(1)),
  lastCheckAt: z.nullable(z.string()),
  /** What was damaged when it was looked at last: `structure`, or `3/10`. */
  damaged: z.array(z.string()),
});

/** How far the checks of a repository are. */
export type RepositoryState = z.infer<typeof schema>;

/** That of a repository that was never checked, also when it cannot be read: then all is checked from the beginning. */
export function readState(home: Pick<Home, 'directory'>, name: string): RepositoryState {
  try {
    return schema.parse(JSON.parse(readFileSync(repositoryPaths(home, name).state, 'utf8')));
  } catch {
    return { parts: 1, nextPart: 1, lastCheckAt: null, damaged: [] };
  }
}

/** @throws `FILE_NOT_WRITTEN` */
export async function writeState(home: Pick<Home, 'directory'>, name: string, state: RepositoryState): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(state, null, 2)}\n`);
  await replaceFile(repositoryPaths(home, name).state, (append) => append(bytes), { mode: 0o600 });
}
