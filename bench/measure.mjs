// Runs one program and measures it from outside, as anyone could: wall clock, CPU and memory by GNU time, bytes by /proc.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Command
 * @property {string} file
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [env] beside PATH, HOME and XDG_CACHE_HOME
 */
/**
 * @typedef {object} Measure
 * @property {number} wallMs the whole process, from before it is started until it has ended
 * @property {number} cpuMs user and system, all threads and children
 * @property {number} peakMb largest resident set, 10^6 bytes
 */
/** @typedef {{ readonly min: number, readonly median: number, readonly max: number }} Spread */

/**
 * Gives a command a new directory to live in (home, own cache, working directory), and removes it afterwards.
 * @template T
 * @param {string} scratch
 * @param {(directory: string) => T} use
 * @returns {T}
 */
export function inFreshDirectory(scratch, use) {
  const directory = mkdtempSync(join(scratch, 'run-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} argv
 * @param {string} directory
 * @param {Command['env']} env
 */
function start(argv, directory, env) {
  const [file = '', ...args] = argv;
  const begun = process.hrtime.bigint();
  const { status, error, stdout, stderr } = spawnSync(file, args, {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory, XDG_CACHE_HOME: join(directory, 'cache'), ...env },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const wallMs = Number(process.hrtime.bigint() - begun) / 1e6;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${argv.join(' ')}\nended with ${status}:\n${stderr.slice(-2000)}`);
  return { wallMs, stdout };
}

/**
 * @param {Command} command
 * @param {string} directory where it lives; see {@link inFreshDirectory}
 * @returns {Measure & { stdout: string }}
 * @throws when it cannot be started or fails
 */
export function measure({ file, args, env }, directory) {
  const figures = join(directory, 'time');
  // GNU time stands between so that the peak is the program's own: a child inherits the peak of what started it.
  const argv = ['/usr/bin/time', '--quiet', '-f', '%U %S %M', '-o', figures, '--', file, ...args];
  const { wallMs, stdout } = start(argv, directory, env);
  const [user = 0, system = 0, kibibytes = 0] = readFileSync(figures, 'utf8').trim().split(' ').map(Number);
  return { wallMs, cpuMs: (user + system) * 1000, peakMb: (kibibytes * 1024) / 1e6, stdout };
}

/** @typedef {{ readonly offset: number, readonly bytes: number }} Read */

/**
 * What a command and its threads read of one file, by strace: each read with its place, whether the bytes came from the
 * disk or from the page cache.
 * @param {Command} command @param {string} directory @param {string} path absolute, without links
 * @returns {readonly Read[]}
 */
export function readsOf({ file, args, env }, directory, path) {
  const log = join(directory, 'strace');
  const options = ['-f', '--seccomp-bpf', '-qq', '-y', '-s', '0', '-e', 'trace=read,pread64', '-o', log];
  start(['strace', ...options, '--', file, ...args], directory, env);
  /** @type {Read[]} */
  const reads = [];
  /** Calls that another thread's line cut in two, by thread. @type {Map<string, string>} */
  const begun = new Map();
  /** Where plain reads stand, by descriptor. @type {Map<string, number>} */
  const places = new Map();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith('<unfinished ...>')) {
      begun.set(thread, text.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const whole = text.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? '');
    const call = /^(read|pread64)\((\d+)<(.*?)>, .*?, \d+(?:, (\d+))?\) += (\d+)$/.exec(whole);
    if (call === null || call[3] !== path) continue;
    const [, name, descriptor = '', , at, count] = call;
    const bytes = Number(count);
    const offset = name === 'pread64' ? Number(at) : (places.get(descriptor) ?? 0);
    if (name === 'read') places.set(descriptor, offset + bytes);
    reads.push({ offset, bytes });
  }
  return reads;
}

/** @param {readonly number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const last = sorted.length - 1;
  return { min: at(0), median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2, max: at(last) };
}
