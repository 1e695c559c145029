import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** The system's own directories are searched too: a root shell's PATH may lack them. */
export const TOOL_PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin']
  .filter((part) => part !== '')
  .join(delimiter);

/** Path of an installed program, by its name or its own path; undefined when there is none. */
export function findTool(name: string): string | undefined {
  const places = isAbsolute(name) ? [name] : TOOL_PATH.split(delimiter).map((directory) => join(directory, name));
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
