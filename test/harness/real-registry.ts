import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findTool, TOOL_PATH } from './tool.ts';

export interface RealRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts Debian's docker-registry on this host's loopback, with its storage in `directory`, without authentication. */
export async function startRealRegistry(directory: string): Promise<RealRegistry> {
  const program = findTool('docker-registry');
  if (program === undefined) throw new Error('docker-registry is not installed');
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(directory, 'registry.yml');
  const storage = `{ filesystem: { rootdirectory: ${join(directory, 'registry')} } }`;
  writeFileSync(config, `version: 0.1\nlog: { level: error }\nstorage: ${storage}\nhttp: { addr: "${host}" }\n`);
  const child = spawn(program, ['serve', config], { stdio: 'ignore', env: { PATH: TOOL_PATH } });
  const ended = once(child, 'exit');
  for (let tries = 0; ; tries += 1) {
    const answers = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) break;
    if (tries > 200 || child.exitCode !== null) {
      child.kill();
      throw new Error('the registry did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    host,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
