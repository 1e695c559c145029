import { readdirSync, readFileSync, statSync } from 'node:fs';
import { systemCode } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';
import { daemonOptions } from '#workload/host/daemon-options.ts';
import type { Fact } from '#workload/host/host-facts.ts';

const MOST_CONFIGURATION_BYTES = 1024 * 1024;
const MOST_COMMAND_LINE = 128 * 1024;

/**
 * Whether a daemon runs here that has the same files as this process: in a container, its files are then the host's as
 * far as anybody can see.
 */
export function daemonIsHere(): boolean {
  const own = statSync('/');
  return daemonProcesses().some(({ pid }) => {
    try {
      const root = statSync(`/proc/${pid}/root/`);
      return root.dev === own.dev && root.ino === own.ino;
    } catch {
      return false;
    }
  });
}

/**
 * Options of the daemon behind a socket, from the process that runs here and its configuration file.
 * @param socket path of the engine's socket, by which one of several daemons is told
 */
export function daemonFacts(socket: string | undefined): Fact<ReadonlyMap<string, readonly string[]>> {
  const daemons = daemonProcesses().map(({ words }) => words);
  const own =
    daemons.length === 1
      ? daemons
      : daemons.filter((words) => socket !== undefined && words.some((word) => word.includes(socket)));
  const [words] = own;
  if (words === undefined || own.length > 1) {
    const why =
      daemons.length === 0
        ? 'No dockerd is seen among the processes here: how it was started is not known.'
        : `${daemons.length} dockerd run here, and which of them answers is not known.`;
    return { state: 'failed', why };
  }
  const named = daemonOptions(words.slice(1), {}).get('config-file')?.at(-1);
  const path = named ?? '/etc/docker/daemon.json';
  try {
    return { state: 'collected', value: daemonOptions(words.slice(1), configuration(path)) };
  } catch (error) {
    return { state: 'failed', why: `${path} cannot be read (${systemCode(error) ?? 'it is no JSON object'}).` };
  }
}

function daemonProcesses(): readonly { readonly pid: string; readonly words: readonly string[] }[] {
  let entries: readonly string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.flatMap((pid) => {
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'dockerd') return [];
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').slice(0, MOST_COMMAND_LINE);
      return [{ pid, words: line.split('\0').filter((word) => word !== '') }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

function configuration(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return {};
    throw error;
  }
  if (text.length > MOST_CONFIGURATION_BYTES) throw new Error('too large');
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('no object');
  return value;
}
