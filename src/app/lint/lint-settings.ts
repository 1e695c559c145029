import { existsSync } from 'node:fs';
import { readText } from '#app/lint/read-text.ts';
import { readHadolintConfig } from '#buildfile/settings/hadolint-config.ts';
import { NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';
import { HoldfastError } from '#core/errors.ts';

const NAMES = ['.hadolint.yaml', '.hadolint.yml'] as const;

/**
 * hadolint's configuration: the file that is named, else the one in the current directory, as hadolint does. Those of the
 * user and of the environment are not read: the same files then give the same answer everywhere.
 * @throws `HADOLINT_CONFIG` (usage)
 */
export function lintSettings(named: string | undefined): Settings {
  const path = named ?? NAMES.find((name) => existsSync(name));
  if (path === undefined) return NO_SETTINGS;
  try {
    return readHadolintConfig(readText(path).text, path);
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.kind === 'usage') throw cause;
    throw new HoldfastError('HADOLINT_CONFIG', cause.message, { path, kind: 'usage', cause });
  }
}
