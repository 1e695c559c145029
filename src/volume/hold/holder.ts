import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { bootId, startOf } from '#base/process/start-ticks.ts';

/** A process, so that a living one is told from a dead one whose number was given to another. */
export interface Holder {
  readonly pid: number;
  /** When it started, in the kernel's ticks since the boot (proc(5), /proc/PID/stat, field 22); 0 where that is not told. */
  readonly startTicks: number;
  /** Of the kernel's boot; empty where that is not told. */
  readonly bootId: string;
  /** The namespace that its number is of; empty where that is not told. */
  readonly namespace: string;
  readonly host: string;
}

/** `elsewhere`: in another container or on another machine; whether it lives cannot be seen from here. */
export type HolderState = 'alive' | 'dead' | 'elsewhere';

/** When the process with this number started; undefined when there is none, or only its remains. */
export type StartOf = (pid: number) => number | undefined;

/** This process. */
export function thisProcess(): Holder {
  return {
    pid: process.pid,
    startTicks: startOf(process.pid) ?? 0,
    bootId: bootId(),
    namespace: optional(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''),
    host: hostname(),
  };
}

/** Whether two are one process; numbers of processes come again. */
export function isSameHolder(one: Holder, other: Holder): boolean {
  return (
    one.pid === other.pid &&
    one.startTicks === other.startTicks &&
    one.bootId === other.bootId &&
    one.namespace === other.namespace &&
    one.host === other.host
  );
}

function optional(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Whether a process lives, as `self` can see it. */
export function holderState(holder: Holder, self: Holder, start: StartOf = startOf): HolderState {
  const sameBoot = holder.bootId === self.bootId;
  // What has the same name and another boot is this machine before it was started anew.
  if (holder.host !== self.host) return 'elsewhere';
  if (!sameBoot) return 'dead';
  if (holder.namespace !== self.namespace) return 'elsewhere';
  return start(holder.pid) === holder.startTicks ? 'alive' : 'dead';
}
