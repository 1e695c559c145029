import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Home } from '#app/home/home.ts';
import { targetPaths } from '#app/notify/targets.ts';
import { writing } from '#base/files/writing.ts';
import { EMPTY_MEMORY, type Memory, parseMemory } from '#notify/memory.ts';

/** What a target was told so far; nothing, where that cannot be read: a message too many is better than one too few. */
export function readMemory(home: Pick<Home, 'directory'>, name: string): Memory {
  try {
    return parseMemory(readFileSync(targetPaths(home, name).memory, 'utf8'));
  } catch {
    return EMPTY_MEMORY;
  }
}

/**
 * Replaces it. Reading, deciding and replacing without an `await` between is one step in this process. Two processes that
 * do so at the same time may lose one change, which costs a repeated message.
 * @throws `FILE_NOT_WRITTEN`
 */
export function writeMemory(home: Pick<Home, 'directory'>, name: string, memory: Memory): void {
  const path = targetPaths(home, name).memory;
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(memory)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  });
}
