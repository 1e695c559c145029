import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { linesOf } from '#base/process/lines.ts';
import { parentDeath } from '#base/process/parent-death.ts';
import { type ProcessRequest, startProcess } from '#base/process/start-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-process-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function shell(script: string, more: Partial<ProcessRequest> = {}): ProcessRequest {
  return { program: '/bin/sh', args: ['-c', script], environment: { PATH: '/usr/bin:/bin' }, ...more };
}

async function run(request: ProcessRequest) {
  const errors: string[] = [];
  const started = await startProcess({ ...request, onErrorLine: (line) => errors.push(line) });
  const lines: string[] = [];
  for await (const line of linesOf(started.stdout)) lines.push(line);
  return { lines, errors, ...(await started.ended) };
}

function isAlive(pid: number): boolean {
  // A zombie that nobody waits for has ended, too.
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] : undefined;
  return state !== undefined && !state.startsWith('Z');
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

describe('a program that is run', () => {
  it('gets the environment that it is given, and nothing else', async () => {
    const { lines } = await run({ program: '/usr/bin/env', args: [], environment: { ONLY: 'this' } });
    expect(lines).toEqual(['ONLY=this']);
  });

  it('tells output and errors apart, and how it ended', async () => {
    const result = await run(shell('echo out; echo err >&2; printf last; exit 7'));
    expect(result).toMatchObject({ lines: ['out', 'last'], errors: ['err'], code: 7, stopped: undefined });
    expect(await run(shell('kill -KILL $$'))).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });

  it('fails with a code when it is not there', async () => {
    const request = { program: join(directory, 'none'), args: [], environment: {} };
    const failed = await run(request).then(
      ({ code }) => code,
      (error: { code: string }) => error.code,
    );
    // With setpriv in between it is setpriv that does not find it.
    expect([127, 'PROCESS_NOT_STARTED']).toContain(failed);
  });

  it('has a time limit, and is killed with all that it started when it does not listen', async () => {
    const started = await startProcess(shell("trap '' INT; sleep 300 & echo $!; wait", { limitMs: 200, graceMs: 200 }));
    const lines: string[] = [];
    for await (const line of linesOf(started.stdout)) lines.push(line);
    expect(await started.ended).toMatchObject({ stopped: 'time-limit', signal: 'SIGKILL' });
    expect(await isGone(Number(lines[0]))).toBe(true);
  });

  it('is interrupted on abort, and may clean up', async () => {
    const stop = new AbortController();
    const started = await startProcess(
      shell("trap 'echo cleaned; exit 130' INT; echo ready; while :; do sleep 0.05; done", { signal: stop.signal }),
    );
    const lines: string[] = [];
    for await (const line of linesOf(started.stdout)) {
      lines.push(line);
      if (line === 'ready') stop.abort();
    }
    expect(lines).toEqual(['ready', 'cleaned']);
    expect(await started.ended).toMatchObject({ code: 130, stopped: 'aborted' });
    await expect(startProcess(shell('true', { signal: stop.signal }))).rejects.toMatchObject({
      code: 'PROCESS_ABORTED',
    });
  });

  it('does not hang on a grandchild that keeps the output open', async () => {
    const { lines, code } = await run(shell('sleep 300 & echo $!'));
    expect(code).toBe(0);
    expect(await isGone(Number(lines[0]))).toBe(true);
  });

  it('ends endless lines', async () => {
    const started = await startProcess(shell('yes | tr -d "\\n"'));
    await expect(linesOf(started.stdout, 100_000).next()).rejects.toMatchObject({ code: 'PROCESS_LINE_TOO_LONG' });
    await started.stop();
  });
});

const hasSetpriv = spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;

describe('a program whose starter ends', () => {
  const bundle = join(directory, 'starter.mjs');
  const starter = async () => {
    const source = new URL('./start-process.ts', import.meta.url).pathname;
    await build({
      stdin: {
        contents: `import { startProcess } from ${JSON.stringify(source)};
          const { pid } = await startProcess({ program: '/bin/sh', args: ['-c', 'exec sleep 300'], environment: { PATH: '/usr/bin:/bin' } });
          process.stdout.write(pid + '\\n');
          if (process.argv[2] === 'exit') process.exit(3);
          if (process.argv[2] === 'throw') throw new Error('on purpose');
          setInterval(() => undefined, 1000);`,
        resolveDir: directory,
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
  };

  it.each([
    ['exits', 'exit', undefined],
    ['fails', 'throw', undefined],
    ['is interrupted', 'wait', 'SIGINT'],
    ['is terminated', 'wait', 'SIGTERM'],
    ...(hasSetpriv ? ([['is killed', 'wait', 'SIGKILL']] as const) : []),
  ] as const)('ends with it when it %s', async (_, how, signal) => {
    if (!existsSync(bundle)) await starter();
    const child = spawn(process.execPath, [bundle, how], { stdio: ['ignore', 'pipe', 'ignore'] });
    const over = new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
    const pid = await new Promise<number>((resolve) => child.stdout.once('data', (chunk) => resolve(Number(chunk))));
    if (signal !== undefined) child.kill(signal);
    expect(await over).toBe(signal ?? null);
    expect(await isGone(pid)).toBe(true);
  });

  it.runIf(hasSetpriv)('does not begin when another process than its starter is its parent by then', () => {
    const commandLine = parentDeath('/bin/echo', ['begun']).flat();
    const run = (...line: readonly string[]) => spawnSync(line[0] ?? '', line.slice(1), { encoding: 'utf8' }).stdout;
    expect(run(...commandLine)).toBe('begun\n');
    // As if the starter had died before the kernel was asked to tell of that.
    expect(run('/bin/sh', '-c', '"$@"; exit 0', 'sh', ...commandLine)).toBe('');
  });
});
