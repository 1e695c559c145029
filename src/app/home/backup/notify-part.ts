import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Incoming } from '#app/home/backup/incoming-parts.ts';
import { invalidBackup, smallBody } from '#app/home/backup/read-archive.ts';
import { refuseTargetName, targetNames, targetPaths } from '#app/notify/targets.ts';
import { writeSecret } from '#app/volume/repositories/secret-files.ts';
import { type Problem, problemOf } from '#core/errors.ts';

/** Of a target’s settings; its secrets follow. */
export const NOTIFY_TARGETS = 'notify/';
export const NOTIFY_SECRETS = 'keys/notify/';

const LIMIT_BYTES = 64 * 1024;

/** The targets of a home, as their two files are; what cannot be read is a problem. */
export function targetFiles(
  home: { readonly directory: string },
  problem: (problem: Problem) => void,
): readonly { readonly name: string; readonly settings: string; readonly secrets: string }[] {
  return targetNames(home).flatMap((name) => {
    const paths = targetPaths(home, name);
    try {
      return [{ name, settings: readFileSync(paths.settings, 'utf8'), secrets: readFileSync(paths.secrets, 'utf8') }];
    } catch (error) {
      problem(problemOf(error, basename(paths.settings)));
      return [];
    }
  });
}

/** Puts the targets of a backup into their places; what they were told is not kept. @throws `BACKUP_INVALID` */
export async function takeTargets(incoming: Incoming, home: { readonly directory: string }): Promise<void> {
  for (;;) {
    const file = await incoming.peek();
    if (!file?.path.startsWith(NOTIFY_TARGETS)) return;
    const name = file.path.slice(NOTIFY_TARGETS.length, -'.json'.length);
    try {
      refuseTargetName(name);
    } catch {
      throw invalidBackup('the name of a target is none');
    }
    const settings = await smallBody(await incoming.take(`${NOTIFY_TARGETS}${name}.json`), LIMIT_BYTES);
    const secrets = await smallBody(await incoming.take(`${NOTIFY_SECRETS}${name}.json`), LIMIT_BYTES);
    const paths = targetPaths(home, name);
    await writeSecret(paths.secrets, secrets.trimEnd());
    await writeSecret(paths.settings, settings.trimEnd());
  }
}
