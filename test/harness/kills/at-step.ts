// Loaded before the built program (node --import): tells each step that it comes to in a file, and does something at one.
import childProcess, { type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** Steps are lines such as `renamed /home/holds/0123.hold` or `answered POST /containers/x/pause`. */
export interface AtStep {
  /** A regular expression for the step, and which of those that fit. */
  readonly at: string;
  readonly nth: number;
  /** So long after it, and only if no step that fits `until` has come meanwhile. */
  readonly delayMs: number;
  readonly until?: string;
  readonly act: Act;
  /** A file that is told every step, and `done STEP` or `missed`. */
  readonly tell: string;
}

/** What is done: the program dies alone, or with its process group, or with all that it started; or it goes on with another clock, or a full disk. */
export type Act =
  | { readonly kind: 'kill'; readonly who: 'main' | 'group' | 'all' }
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'fill'; readonly directory: string };

type Any = (...args: never[]) => unknown;

const { openSync, writeSync } = fs;
const point: AtStep = JSON.parse(process.env['HOLDFAST_TEST_STEP'] ?? '{}');
const at = new RegExp(point.at);
const until = point.until === undefined ? undefined : new RegExp(point.until);
const started = new Set<ChildProcess>();
const MOST_FILLED_BYTES = 100_000_000;
let met = 0;
let timer: NodeJS.Timeout | undefined;
let told: number | undefined;

/** With functions that are as they were: these steps are not told. */
function tell(line: string): void {
  told ??= openSync(point.tell, 'a');
  writeSync(told, `${line}\n`);
}

function doIt(step: string): void {
  const { act } = point;
  tell(`done ${step}`);
  if (act.kind === 'clock') setClock(act.byMs);
  else if (act.kind === 'fill') fill(act.directory);
  else {
    if (act.who === 'all') {
      for (const { pid, exitCode, signalCode } of started) {
        if (pid !== undefined && exitCode === null && signalCode === null) process.kill(pid, 'SIGKILL');
      }
    }
    process.kill(act.who === 'group' ? -process.pid : process.pid, 'SIGKILL');
  }
}

function setClock(byMs: number): void {
  const Real = Date;
  const now = () => Real.now() + byMs;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}

/** Until nothing more fits, not even a byte. Only of a disk that is small: it is made for that. */
function fill(directory: string): void {
  const { bavail, bsize } = fs.statfsSync(directory);
  if (bavail * bsize > MOST_FILLED_BYTES) throw new Error(`${directory} is on a disk that somebody else may need`);
  const fd = openSync(`${directory}/ballast`, 'w');
  for (let sizeBytes = 1 << 20; sizeBytes >= 1; ) {
    try {
      writeSync(fd, Buffer.alloc(sizeBytes));
    } catch {
      sizeBytes = Math.floor(sizeBytes / 16);
    }
  }
  fs.closeSync(fd);
}

function reach(step: string): void {
  tell(step);
  if (timer !== undefined && until?.test(step) === true) {
    clearTimeout(timer);
    timer = undefined;
    tell('missed');
  }
  if (!at.test(step)) return;
  met += 1;
  if (met !== point.nth) return;
  if (point.delayMs > 0) timer = setTimeout(() => doIt(step), point.delayMs);
  else doIt(step);
}

/** Calls the original, and then tells. */
function after(owner: object, name: string, step: (args: readonly unknown[]) => string | undefined): void {
  const functions = owner as Record<string, Any>;
  const original = functions[name];
  if (original === undefined) throw new Error(`there is no ${name}`);
  const tellOf = (args: readonly unknown[]) => {
    const line = step(args);
    if (line !== undefined) reach(line);
  };
  functions[name] = (...args) => {
    const result = original.apply(owner, args);
    if (result instanceof Promise) return result.finally(() => tellOf(args));
    tellOf(args);
    return result;
  };
}

if (isMainThread && process.env['HOLDFAST_TEST_STEP'] !== undefined) {
  after(fs, 'renameSync', ([, to]) => `renamed ${String(to)}`);
  after(fs, 'writeFileSync', ([path]) => `wrote ${String(path)}`);
  after(fs, 'rmSync', ([path]) => `removed ${String(path)}`);
  after(fs.promises, 'rm', ([path]) => `removed ${String(path)}`);
  // The word that a pass waits for.
  after(fs, 'writeSync', ([, text]) => (String(text).startsWith('h]oldfast') ? 'word given' : undefined));

  const { spawn } = childProcess;
  const watched = (...args: Parameters<typeof spawn>) => {
    const child = spawn(...args);
    started.add(child);
    const words = (args[1] as readonly string[]).join(' ').replace(/^.* -- (?=\S*\/(?:restic|cp) )/, '');
    child.once('exit', () => reach(`ended ${words}`));
    reach(`started ${words}`);
    return child;
  };
  childProcess.spawn = watched as typeof spawn;

  const { request } = http;
  const asked = (...args: Parameters<typeof request>) => {
    const call = request(...args);
    call.prependOnceListener('response', () => reach(`answered ${call.method} ${call.path}`));
    return call;
  };
  http.request = asked as typeof request;
  syncBuiltinESMExports();

  const Libsql = createRequire(`${process.argv[1]}`)('libsql');
  const { prepare, exec } = Libsql.prototype;
  let types: string[] = [];
  Libsql.prototype.prepare = function prepareToldOf(this: unknown, sql: string) {
    const statement = prepare.call(this, sql);
    if (!/^insert into "events"/i.test(sql)) return statement;
    const { run } = statement;
    statement.run = (values: readonly unknown[]) => {
      const type = values.find((value) => typeof value === 'string' && /^[a-z]+\.[a-z-]+$/.test(value));
      types.push(String(type));
      reach(`recording ${types.at(-1)}`);
      return run.call(statement, values);
    };
    return statement;
  };
  Libsql.prototype.exec = function execToldOf(this: unknown, sql: string) {
    const result = exec.call(this, sql);
    const done = types;
    if (/^(?:COMMIT|ROLLBACK)/.test(sql)) types = [];
    if (sql === 'COMMIT') for (const type of done) reach(`recorded ${type}`);
    return result;
  };
}
