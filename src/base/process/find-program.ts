import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { HoldfastError } from '#core/errors.ts';

/** The path of a program of the system's, in PATH or where it usually is. @throws `PROCESS_NOT_STARTED` */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string {
  const directories = [...path.split(delimiter).filter(isAbsolute), '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  for (const directory of directories) {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return join(directory, name);
    } catch {
      // The next one, perhaps.
    }
  }
  throw new HoldfastError('PROCESS_NOT_STARTED', `${name} is not installed`);
}
