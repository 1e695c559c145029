import { readFileSync } from 'node:fs';
import { systemCode } from '#core/errors.ts';

/**
 * When the process with this number started, in the kernel's ticks since the boot (proc(5), /proc/PID/stat, field 22);
 * undefined when there is none, or only its remains. Where there is no /proc, a living process has the start 0.
 */
export function startOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return isThere(pid) ? 0 : undefined;
  try {
    return startIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The start in a line of /proc/PID/stat; undefined for a process that has ended. The name in it may hold anything. */
export function startIn(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = Number(fields[19]);
  if (fields[0] === 'Z' || fields[0] === 'X' || !Number.isSafeInteger(start)) return undefined;
  return start;
}

/** Of the kernel's boot; empty where that is not told. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
