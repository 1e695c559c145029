import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { daemonFacts, daemonIsHere } from '#app/lint/host/daemon-process.ts';
import { engineFacts } from '#app/lint/host/engine-facts.ts';
import { connectEngine, type Engine } from '#base/engine/engine.ts';
import { LOOKING } from '#base/engine/patience.ts';
import { problemOf, systemCode } from '#core/errors.ts';
import type { ContainerFacts, EngineFacts, Fact, FileFact, HostFacts } from '#workload/host/host-facts.ts';

const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const MOST_CERTIFICATES = 1000;

/**
 * Everything that the checks of a host ask, looked at and not changed. What cannot be had says why; nothing throws.
 * @param containers whether how containers are run is asked, too
 */
export async function collectHost(environment: NodeJS.ProcessEnv, containers: boolean): Promise<HostFacts> {
  const { engine, address, running } = await askEngine(environment, containers);
  const socket = /^unix:\/\/(\/.*)$/.exec(address ?? '')?.[1];
  const elsewhere = filesElsewhere(address, socket);
  const here = <T>(collect: () => T | Fact<T>): Fact<T> => (elsewhere === undefined ? attempt(collect) : elsewhere);
  const options = here(() => daemonFacts(socket));
  return {
    ...{ engine, containers: running },
    options: options.state === 'collected' ? flat(options.value) : options,
    file: (path) => here(() => fileFact(path)) as FileFact,
    units: { 'docker.service': unit('docker.service'), 'docker.socket': unit('docker.socket') },
    certificates: here(registryCertificates),
    socket,
    dockerGroup: here(dockerGroup),
    audit: here(auditRules),
    mountPoints: here(mountPoints),
  };
}

interface Asked {
  readonly engine: Fact<EngineFacts>;
  readonly running: Fact<readonly ContainerFacts[]>;
  readonly address?: string;
}

async function askEngine(environment: NodeJS.ProcessEnv, containers: boolean): Promise<Asked> {
  let address: string | undefined;
  try {
    const engine = await connectEngine(environment, LOOKING);
    address = engine.address;
    const value = await engineFacts(engine);
    const running = containers ? await runningOf(engine) : NOT_ASKED;
    return { engine: { state: 'collected', value }, running, address };
  } catch (error) {
    const failed = { state: 'failed', why: `${problemOf(error).message}.`.replace(/\.\.$/, '.') } as const;
    return { engine: failed, running: failed, ...(address === undefined ? {} : { address }) };
  }
}

const NOT_ASKED: Fact<never> = { state: 'not-collected', why: 'Nobody asked how containers are run.' };

/** Loaded for those who ask: it brings all rules of what runs. */
async function runningOf(engine: Engine): Promise<Fact<readonly ContainerFacts[]>> {
  const { containerFacts } = await import('#app/lint/host/container-facts.ts');
  return containerFacts(engine);
}

/** Why files that are seen here would not be those of the engine's host. */
function filesElsewhere(
  address: string | undefined,
  socket: string | undefined,
): Extract<Fact<never>, { state: 'not-collected' }> | undefined {
  if (address !== undefined && socket === undefined) {
    return {
      state: 'not-collected',
      why: `The engine answers at ${address}: its host’s files are not seen from here.`,
    };
  }
  if ((existsSync('/.dockerenv') || existsSync('/run/.containerenv')) && !daemonIsHere()) {
    return { state: 'not-collected', why: 'This runs in a container: the host’s files are not seen from here.' };
  }
  return undefined;
}

function flat<T>(value: T | Fact<T>): Fact<T> {
  return isFact(value) ? value : { state: 'collected', value };
}

function isFact<T>(value: T | Fact<T>): value is Fact<T> {
  return typeof value === 'object' && value !== null && 'state' in value;
}

function attempt<T>(collect: () => T | Fact<T>): Fact<T> {
  try {
    return flat(collect());
  } catch (error) {
    const where = error instanceof Error && 'path' in error ? String(error.path) : 'It';
    return { state: 'failed', why: `${where} cannot be looked at (${systemCode(error) ?? 'unknown error'}).` };
  }
}

function fileFact(path: string): { uid: number; gid: number; mode: number } | 'absent' {
  try {
    const { uid, gid, mode } = statSync(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 'absent';
    throw error;
  }
}

function unit(name: string): string | undefined {
  return UNIT_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function registryCertificates(): readonly string[] {
  const found: string[] = [];
  const top = '/etc/docker/certs.d';
  if (!existsSync(top)) return [];
  for (const registry of readdirSync(top)) {
    const folder = join(top, registry);
    if (!lstatSync(folder).isDirectory()) continue;
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.crt') && found.length < MOST_CERTIFICATES) found.push(join(folder, name));
    }
  }
  return found;
}

function dockerGroup(): { gid: number; members: readonly string[] } | 'absent' {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('docker:'));
  const [, , gid, members = ''] = line?.split(':') ?? [];
  if (gid === undefined) return 'absent';
  return { gid: Number(gid), members: members.split(',').filter((name) => name !== '') };
}

function auditRules(): string {
  const folder = '/etc/audit';
  if (!existsSync(folder)) return 'absent';
  const others = existsSync(join(folder, 'rules.d')) ? readdirSync(join(folder, 'rules.d')) : [];
  const files = [
    'audit.rules',
    ...others.filter((name) => name.endsWith('.rules')).map((name) => join('rules.d', name)),
  ];
  return files
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

function mountPoints(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
}
