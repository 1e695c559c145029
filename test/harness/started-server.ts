import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { findTool, TOOL_PATH } from './tool.ts';

/** A server that a test started. */
export interface StartedServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A port of this machine that nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Starts an installed program that listens on a port of 127.0.0.1, and waits until it answers there. */
export async function startServer(
  name: string,
  args: (port: number) => readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedServer> {
  const program = findTool(name);
  if (program === undefined) throw new Error(`${name} is not installed`);
  const port = await freePort();
  const child = spawn(program, args(port), {
    env: { PATH: TOOL_PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-4000);
  });
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) throw new Error(`${name} does not answer: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, stop: () => ended(child) };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
