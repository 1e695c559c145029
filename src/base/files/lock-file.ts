import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '#core/errors.ts';

/** Whether a process of this machine lives (one that this user may not signal does, too). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A lock that is held. */
export interface HeldLock {
  release(): void;
}

/**
 * Takes a lock file for this process; undefined while another living process of this machine has it. One that a dead
 * process left is taken over.
 */
export function takeLock(path: string): HeldLock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  for (const last of [false, true]) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const holder = holderOf(path);
    if (last || (holder !== undefined && holder !== process.pid && isAlive(holder))) return undefined;
    rmSync(path, { force: true });
  }
  return undefined;
}
