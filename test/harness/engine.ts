import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTool, TOOL_PATH } from './tool.ts';

/** A real Docker engine of the test's own. */
export interface Engine {
  /** Path of its API socket. */
  readonly socket: string;
  /** The same as a value for `DOCKER_HOST`. */
  readonly dockerHost: string;
  /** Its data root. Layers are plain directories there; mounts of running containers are in its own namespace. */
  readonly root: string;
  /** Runs the docker client against it and gives what it printed. Fails with what it printed to standard error. */
  docker(...args: readonly string[]): Promise<string>;
  /** Ends the daemon, gracefully or not, and starts it again on the same data. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends it with all its containers and removes every trace. Fails if one is left. */
  stop(): Promise<void>;
}

const KEEPER = fileURLToPath(new URL('engine-keeper.sh', import.meta.url));
const TOOLS = ['dockerd', 'docker', 'containerd', 'runc', 'unshare', 'ip', 'mount'];
const START_LIMIT_MS = 60_000;
/** f_type of filesystems that can hold overlayfs's upper directories: ext4, xfs, btrfs, tmpfs. */
const OVERLAY_CAPABLE = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994]);

function engineHome(): string | undefined {
  return [tmpdir(), '/var/tmp'].find((directory) => {
    try {
      return OVERLAY_CAPABLE.has(statfsSync(directory).type);
    } catch {
      return false;
    }
  });
}

/** Why {@link startEngine} cannot work here; undefined when it can. */
export function engineUnavailable(): string | undefined {
  if (process.platform !== 'linux') return 'a Docker engine runs on Linux only';
  if (process.getuid?.() !== 0) return 'a private Docker engine needs root';
  const absent = TOOLS.filter((tool) => findTool(tool) === undefined);
  if (absent.length > 0) return `${absent.join(', ')} not installed`;
  if (engineHome() === undefined) return 'no temporary directory on a filesystem that overlay2 can use';
  return undefined;
}

function ping(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath: socket, path: '/_ping', timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('error', () => resolve(false));
    call.on('timeout', () => call.destroy());
    call.end();
  });
}

async function untilReady(socket: string, keeper: ChildProcess, directory: string): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await ping(socket))) {
    const log = () => readFileSync(join(directory, 'log'), 'utf8').slice(-4_000);
    if (keeper.exitCode !== null) throw new Error('the private engine could not be started');
    if (Date.now() > limit) throw new Error(`the private engine did not answer in time:\n${log()}`);
    if (/failed to start daemon|unshare: .*failed|mount: .*/.test(log()))
      throw new Error(`the private engine failed:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function runDocker(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('docker', [...args], { env: environment, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`docker ${args.join(' ')}: ${stderr || error.message}`));
    });
  });
}

/**
 * Starts dockerd with its own containerd, data root, socket, mount and network namespaces and cgroup. Containers run
 * with `--network none`; images are built with `build --network none` from scratch or from what `load` and `import`
 * brought. It ends with the calling process, however that ends. Throws with the engine's log if it does not start.
 * @param dataRoot a directory of the caller's, on a filesystem of its choice; it is not removed
 */
export async function startEngine(dataRoot?: string): Promise<Engine> {
  const reason = engineUnavailable();
  if (reason !== undefined) throw new Error(reason);
  const directory = mkdtempSync(join(engineHome() ?? tmpdir(), 'holdfast-engine-'));
  if (dataRoot !== undefined) symlinkSync(dataRoot, join(directory, 'root'));
  const client = join(directory, 'client');
  mkdirSync(client);
  writeFileSync(join(directory, 'daemon.json'), '{}');
  writeFileSync(join(directory, 'log'), '');
  const socket = join(directory, 'docker.sock');
  const cgroup = `holdfast-test-${randomBytes(6).toString('hex')}`;
  const keeper = spawn('sh', [KEEPER, directory, cgroup], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, PATH: TOOL_PATH },
  });
  let complaint = '';
  keeper.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    keeper.on('error', reject);
    keeper.on('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`the engine left something: ${complaint || signal || code}`)),
    );
  });
  const stop = () => {
    keeper.stdin.end();
    return ended;
  };
  try {
    await untilReady(socket, keeper, directory);
  } catch (error) {
    await stop();
    throw error;
  }
  const dockerHost = `unix://${socket}`;
  const environment = {
    PATH: TOOL_PATH,
    DOCKER_HOST: dockerHost,
    DOCKER_CONFIG: client,
    DOCKER_BUILDKIT: '0',
    HOME: directory,
  };
  const restart = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const pid = Number(readFileSync(join(directory, 'docker.pid'), 'utf8'));
    writeFileSync(join(directory, 'again'), '');
    process.kill(pid, signal);
    while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 20));
    await untilReady(socket, keeper, directory);
  };
  const docker = (...args: readonly string[]) => runDocker(args, environment);
  const root = dataRoot === undefined ? join(directory, 'root') : realpathSync(dataRoot);
  return { socket, dockerHost, root, docker, restart, stop };
}
