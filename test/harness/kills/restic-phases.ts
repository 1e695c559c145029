import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { AskedFor } from './repository-server.ts';

/** A phase of restic, as it shows at its repository; `reading`: it has a file of the source open. */
export interface ResticPhase {
  /** The command of restic, and of `backup` which of the two passes. */
  readonly restic: 'backup' | 'forget' | 'prune' | 'check' | 'restore' | 'copy';
  readonly ask?: Pick<AskedFor, 'what' | 'folder' | 'when'>;
}

/** By name, in the order of their work. */
export const RESTIC_PHASES = {
  'backup: before its lock': { restic: 'backup', ask: { what: 'write', folder: 'locks', when: 'before' } },
  'backup: its lock is written': { restic: 'backup', ask: { what: 'write', folder: 'locks', when: 'done' } },
  'backup: reading a file': { restic: 'backup' },
  'backup: a pack half sent': { restic: 'backup', ask: { what: 'write', folder: 'data', when: 'begun' } },
  'backup: a pack is written': { restic: 'backup', ask: { what: 'write', folder: 'data', when: 'done' } },
  'backup: an index half sent': { restic: 'backup', ask: { what: 'write', folder: 'index', when: 'begun' } },
  'backup: before its snapshot': { restic: 'backup', ask: { what: 'write', folder: 'snapshots', when: 'before' } },
  'backup: its snapshot is written': { restic: 'backup', ask: { what: 'write', folder: 'snapshots', when: 'done' } },
  'backup: taking its lock away': { restic: 'backup', ask: { what: 'remove', folder: 'locks', when: 'before' } },
  'forget: before a removal': { restic: 'forget', ask: { what: 'remove', folder: 'snapshots', when: 'before' } },
  'forget: a snapshot is removed': { restic: 'forget', ask: { what: 'remove', folder: 'snapshots', when: 'done' } },
  'prune: packing anew': { restic: 'prune', ask: { what: 'write', folder: 'data', when: 'done' } },
  'prune: its index is written': { restic: 'prune', ask: { what: 'write', folder: 'index', when: 'done' } },
  'prune: an old index is removed': { restic: 'prune', ask: { what: 'remove', folder: 'index', when: 'done' } },
  'prune: a pack is removed': { restic: 'prune', ask: { what: 'remove', folder: 'data', when: 'done' } },
  'check: reading a pack': { restic: 'check', ask: { what: 'read', folder: 'data', when: 'done' } },
  'restore: reading a pack': { restic: 'restore', ask: { what: 'read', folder: 'data', when: 'done' } },
  'copy: reading a pack': { restic: 'copy', ask: { what: 'read', folder: 'data', when: 'done' } },
} as const satisfies Readonly<Record<string, ResticPhase>>;

export type ResticPhaseName = keyof typeof RESTIC_PHASES;

/** The process at the other end of a connection to 127.0.0.1, among those whose command line has a word. */
export function clientOf(port: number, word: string): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const row = readText('/proc/net/tcp')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((columns) => columns[1] === `0100007F:${hex}`);
  const inode = row?.[9];
  if (inode === undefined) return undefined;
  return processesOf(word).find((pid) => descriptorsOf(pid).includes(`socket:[${inode}]`));
}

/** A restic of this command that has a file below a directory open. */
export function readerOf(directory: string, command: string): number | undefined {
  return processesOf(command).find((pid) => descriptorsOf(pid).some((path) => path.startsWith(`${directory}/`)));
}

/** Whether it has one open. */
export function isReading(pid: number, directory: string): boolean {
  return descriptorsOf(pid).some((path) => path.startsWith(`${directory}/`));
}

function processesOf(command: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const [program = '', first] = readText(`/proc/${name}/cmdline`).split('\0');
      return program.endsWith('restic') && first === command;
    })
    .map(Number);
}

function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
