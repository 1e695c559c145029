import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { OutsideMount } from '#volume/discover/discovery.ts';
import {
  isTableOf,
  type MountLine,
  mountOf,
  parseMountTable,
  pathOnDevice,
} from '#volume/discover/host/mount-table.ts';

const PROCESSES_LIMIT = 32_768;

/** One mount namespace of this machine that is no container's of the engine. */
export interface MountNamespace {
  readonly pid: number;
  readonly process: string;
  readonly table: readonly MountLine[];
}

/** This machine's mounts. */
export interface HostMounts {
  readonly own: readonly MountLine[];
  readonly others: readonly MountNamespace[];
  /** How many processes did not show their mounts. */
  readonly unreadable: number;
}

/**
 * Reads the mounts of this process and of every other mount namespace, once each; those of the given containers are
 * left out. Undefined where there is no `/proc` of Linux.
 * @param proc `/proc`, or a directory laid out like it
 * @param containers ids of the engine's containers, by which their processes' control groups and mounts are known
 */
export function readHostMounts(proc: string, containers: readonly string[]): HostMounts | undefined {
  const own = read(`${proc}/self/mountinfo`);
  if (own === undefined) return undefined;
  const seen = new Set([link(`${proc}/self/ns/mnt`)]);
  const others: MountNamespace[] = [];
  let unreadable = 0;
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  for (const pid of pids.slice(0, PROCESSES_LIMIT)) {
    const namespace = link(`${proc}/${pid}/ns/mnt`);
    if (namespace === undefined) {
      // It has ended, or it is a thread of the kernel's or another user's.
      unreadable += 1;
      continue;
    }
    if (seen.has(namespace)) continue;
    const groups = read(`${proc}/${pid}/cgroup`) ?? '';
    if (containers.some((id) => groups.includes(id))) continue;
    const text = read(`${proc}/${pid}/mountinfo`);
    if (text === undefined) continue;
    seen.add(namespace);
    const table = parseMountTable(text);
    if (isTableOf(table, containers)) continue;
    const name = (read(`${proc}/${pid}/comm`) ?? '').trim();
    others.push({ pid: Number(pid), process: name, table });
  }
  return { own: parseMountTable(own), others, unreadable };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Who else has a directory, or something below it, mounted by itself. Everybody who sees the whole filesystem can of
 * course reach it too: that is not counted.
 */
export function outsideMountsOf(path: string, mounts: HostMounts): readonly OutsideMount[] {
  const on = mountOf(mounts.own, path);
  if (on === undefined || path === '/') return [];
  const wanted = pathOnDevice(on, path);
  if (wanted === '/') return [];
  const matches = ({ device, root }: MountLine) =>
    device === on.device && (root === wanted || root.startsWith(`${wanted}/`));
  const here = mounts.own
    .filter((line) => matches(line) && line.at !== path && !line.at.startsWith(`${path}/`) && line !== on)
    .map(({ at }): OutsideMount => ({ process: 'host', pid: 0, at }));
  const elsewhere = mounts.others.flatMap(({ pid, process, table }) =>
    table
      .filter((line) => matches(line) && line.at !== path && !line.at.startsWith(`${path}/`))
      .map(({ at }): OutsideMount => ({ process, pid, at })),
  );
  return [...here, ...elsewhere];
}
