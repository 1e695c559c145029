import { jsonValue, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError } from '#core/errors.ts';
import { isResticId } from '#volume/engines/restic/reader/files.ts';

/** What the file `config` says. */
export interface ResticConfig {
  readonly version: 1 | 2;
  readonly id: string;
}

const MAX_BYTES = 64 * 1024;

/** @throws `RESTIC_CONFIG_INVALID`, `RESTIC_VERSION_UNSUPPORTED` for a format that is not published yet */
export function parseConfig(json: Buffer): ResticConfig {
  let value: unknown;
  try {
    value = jsonValue(openJson(json, 8), MAX_BYTES);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null) throw invalid('it is no object');
  const version = 'version' in value ? value.version : undefined;
  const id = 'id' in value ? value.id : undefined;
  if (typeof version !== 'number') throw invalid('it has no version');
  if (version !== 1 && version !== 2) {
    const message = `The repository has version ${version}; 1 and 2 can be read`;
    throw new HoldfastError('RESTIC_VERSION_UNSUPPORTED', message, { hint: 'A newer Holdfast may read it.' });
  }
  if (!isResticId(id)) throw invalid('it has no id');
  return { version, id };
}

function invalid(why: string): HoldfastError {
  return new HoldfastError('RESTIC_CONFIG_INVALID', `The repository's configuration cannot be read: ${why}`);
}
