import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Incoming } from '#app/home/backup/incoming-parts.ts';
import { invalidBackup, smallBody } from '#app/home/backup/read-archive.ts';
import { writeSecret } from '#app/volume/repositories/secret-files.ts';
import { refuseScheduleName, scheduleNames, schedulePath } from '#app/volume/schedules/settings.ts';
import { type Problem, problemOf } from '#core/errors.ts';

export const SCHEDULES = 'schedules/';

const LIMIT_BYTES = 64 * 1024;

/** The schedules of a home, as their files are; what cannot be read is a problem. */
export function scheduleFiles(
  home: { readonly directory: string },
  problem: (problem: Problem) => void,
): readonly { readonly name: string; readonly settings: string }[] {
  return scheduleNames(home).flatMap((name) => {
    const path = schedulePath(home, name);
    try {
      return [{ name, settings: readFileSync(path, 'utf8') }];
    } catch (error) {
      problem(problemOf(error, basename(path)));
      return [];
    }
  });
}

/** Puts the schedules of a backup into their places; how far they were is not kept: what was missed is made up. @throws `BACKUP_INVALID` */
export async function takeSchedules(incoming: Incoming, home: { readonly directory: string }): Promise<void> {
  for (;;) {
    const file = await incoming.peek();
    if (!file?.path.startsWith(SCHEDULES)) return;
    const name = file.path.slice(SCHEDULES.length, -'.json'.length);
    try {
      refuseScheduleName(name);
    } catch {
      throw invalidBackup('the name of a schedule is none');
    }
    const settings = await smallBody(await incoming.take(`${SCHEDULES}${name}.json`), LIMIT_BYTES);
    await writeSecret(schedulePath(home, name), settings.trimEnd());
  }
}
