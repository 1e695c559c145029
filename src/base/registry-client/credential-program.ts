import { spawn } from 'node:child_process';
import type { Credentials } from '#base/registry-client/credentials.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { isObject } from '#core/oci/json.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const OUTPUT_LIMIT_BYTES = 64 * 1024;
const WAIT_MS = 60_000;

/** What the protocol prints when it has nothing for the host. */
const NOT_FOUND = 'credentials not found in native keychain';

function failed(program: string, host: string, why: string): HoldfastError {
  return new HoldfastError(
    'REGISTRY_CREDENTIALS_FAILED',
    `${program}, which is to give the credentials for ${host}, ${why}`,
    {
      hint: `Run it yourself (echo ${host} | ${program} get), or take it out of credsStore and credHelpers.`,
      kind: 'usage',
    },
  );
}

interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
}

function run(program: string, host: string, environment: Environment): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env: { ...environment }, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (why: string) => {
      child.kill('SIGKILL');
      // Whatever it has started may hold the pipe open.
      child.stdout.destroy();
      reject(failed(program, host, why));
    };
    const timer = setTimeout(() => stop(`did not answer within ${WAIT_MS / 1000} seconds`), WAIT_MS);
    child.on('error', (error) => {
      clearTimeout(timer);
      const missing = systemCode(error) === 'ENOENT';
      reject(
        failed(program, host, missing ? 'is not installed' : `cannot be started (${systemCode(error) ?? 'error'})`),
      );
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > OUTPUT_LIMIT_BYTES) stop('printed too much');
      else chunks.push(chunk);
    });
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') });
    });
    // A program that does not read its input is no reason to fail.
    child.stdin.on('error', () => undefined);
    child.stdin.end(host);
  });
}

/**
 * Asks `docker-credential-NAME` for a host's credentials (the protocol of docker-credential-helpers: `get`, the host on
 * its input, JSON on its output). Undefined when it has none. Its output never appears in an error.
 * @throws `REGISTRY_CREDENTIALS_FAILED`
 */
export async function askCredentialProgram(
  name: string,
  host: string,
  environment: Environment,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!NAME.test(name)) throw failed(JSON.stringify(program.slice(0, 100)), host, 'is not the name of a program');
  const { exitCode, output } = await run(program, host, environment);
  if (exitCode !== 0) {
    if (output.includes(NOT_FOUND)) return undefined;
    throw failed(program, host, `ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}`);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw failed(program, host, 'did not print JSON');
  }
  const username = isObject(answer) ? answer['Username'] : undefined;
  const secret = isObject(answer) ? answer['Secret'] : undefined;
  if (typeof username !== 'string' || typeof secret !== 'string')
    throw failed(program, host, 'printed no Username and Secret');
  if (username === '<token>') return { kind: 'identity', token: secret };
  return username === '' && secret === '' ? undefined : { kind: 'password', username, password: secret };
}
