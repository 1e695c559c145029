import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bootId, startOf } from '#base/process/start-ticks.ts';
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

/** What a file says of the process that made it: its number, and when it started, as numbers come again. */
export function processMark(pid = process.pid): string {
  return `${pid} ${startOf(pid) ?? 0} ${bootId()}`;
}

/** Whether the process that left this mark lives. Older versions left a number alone; what is none belongs to nobody. */
export function isMarkAlive(mark: string): boolean {
  const pid = pidOf(mark);
  if (pid === undefined || !isAlive(pid)) return false;
  const [, start, boot] = mark.split(' ');
  return start === undefined || (Number(start) === (startOf(pid) ?? 0) && boot === bootId());
}

function pidOf(mark: string): number | undefined {
  const pid = Number(mark.split(' ', 1)[0] || Number.NaN);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** The mark in a file; empty where there is none. */
export function readMark(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** A lock that is held. */
export interface HeldLock {
  release(): void;
}

/**
 * Takes a lock file for this process; undefined while another living process of this machine has it. One that a dead
 * process left is taken over, also when its number was given to another.
 */
export function takeLock(path: string): HeldLock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  for (const last of [false, true]) {
    if (made(path)) return { release: () => rmSync(path, { force: true }) };
    if (last) return undefined;
    removeDead(path);
  }
  return undefined;
}

/** With its content at once: an empty one would be taken for a dead one's. */
function made(path: string): boolean {
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(beside, processMark(), { flag: 'wx', mode: 0o600 });
    linkSync(beside, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    // Some filesystems know no second names.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EMLINK') return madeAlone(path);
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

function madeAlone(path: string): boolean {
  try {
    writeFileSync(path, processMark(), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Of two that do so at once, one may take away what the other has just made: that is put back. */
function removeDead(path: string): void {
  if (!isDead(path)) return;
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    renameSync(path, aside);
    if (!isDead(aside)) linkSync(aside, path);
  } catch {
    // Another was faster.
  }
  rmSync(aside, { force: true });
}

function isDead(path: string): boolean {
  const mark = readMark(path);
  return pidOf(mark) === process.pid || !isMarkAlive(mark);
}
