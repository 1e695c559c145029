import { object, refuse } from '#base/engine/answers.ts';
import type { Engine, EngineControl, EngineReply } from '#base/engine/engine.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

/** What a container does, as far as holding it is concerned. */
export interface ContainerRun {
  readonly id: string;
  readonly name: string;
  /** `other`: being created, removed or dead. */
  readonly state: 'running' | 'paused' | 'restarting' | 'exited' | 'created' | 'other';
  /** The moment of its latest start, as the engine writes it: another one is another run. Empty before the first. */
  readonly startedAt: string;
  /** How long `stop` waits before it kills, in milliseconds. */
  readonly stopTimeoutMs: number;
  /** It is removed when it stops. */
  readonly removedAtEnd: boolean;
}

/** What the engine made of an order. `refused`: the state does not allow it, with the engine's words. */
export type Ordered =
  | { readonly kind: 'done' }
  | { readonly kind: 'already' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly said: string };

/** The engine's own, where the container has none. */
const STOP_TIMEOUT_MS = 10_000;
/** An engine that cannot freeze a container within this time is broken. */
const ORDER_LIMIT_MS = 30_000;

/** `GET /containers/{id}/json`; undefined when it is gone. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export async function containerRun(engine: Engine, id: string): Promise<ContainerRun | undefined> {
  const path = pathOf(id, 'json');
  const body = await engine.read(path);
  if (body === undefined) return undefined;
  const raw = object(body, path);
  const fullId = raw['Id'];
  if (typeof fullId !== 'string' || !/^[0-9a-f]{64}$/.test(fullId))
    throw refuse(path)("a container's id is not 64 hexadecimal digits");
  const [state, config, host] = ['State', 'Config', 'HostConfig'].map((key) => (isObject(raw[key]) ? raw[key] : {}));
  const timeout = config?.['StopTimeout'];
  return {
    id: fullId,
    name: (optionalString(raw, 'Name') ?? fullId.slice(0, 12)).replace(/^\//, ''),
    state: stateOf(state?.['Status']),
    startedAt: optionalString(state ?? {}, 'StartedAt') ?? '',
    stopTimeoutMs: typeof timeout === 'number' && timeout >= 0 ? timeout * 1000 : STOP_TIMEOUT_MS,
    removedAtEnd: host?.['AutoRemove'] === true,
  };
}

/** Podman has words of its own for some states. */
function stateOf(status: unknown): ContainerRun['state'] {
  if (status === 'running' || status === 'paused' || status === 'restarting' || status === 'created') return status;
  if (status === 'exited' || status === 'stopped') return 'exited';
  return status === 'configured' || status === 'initialized' ? 'created' : 'other';
}

function pathOf(id: string, action: string): string {
  return `/containers/${encodeURIComponent(id)}/${action}`;
}

/** Freezes all processes of a container. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export function pauseContainer(engine: EngineControl, id: string): Promise<Ordered> {
  return order(engine, id, 'pause', ORDER_LIMIT_MS);
}

/** Lets them run again. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export function unpauseContainer(engine: EngineControl, id: string): Promise<Ordered> {
  return order(engine, id, 'unpause', ORDER_LIMIT_MS);
}

/** Stops a container, waiting as long as it itself says. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export function stopContainer(engine: EngineControl, { id, stopTimeoutMs }: ContainerRun): Promise<Ordered> {
  return order(engine, id, 'stop', stopTimeoutMs + ORDER_LIMIT_MS);
}

/** Starts a container. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export function startContainer(engine: EngineControl, id: string): Promise<Ordered> {
  return order(engine, id, 'start', 2 * ORDER_LIMIT_MS);
}

/** Starts a container again, at once: what it has not written is lost. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
export function restartContainer(engine: EngineControl, id: string): Promise<Ordered> {
  return order(engine, id, 'restart?t=0', 2 * ORDER_LIMIT_MS);
}

/**
 * Removes a container, also one that runs, with its anonymous volumes. Named volumes stay.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function removeContainer(engine: EngineControl, id: string): Promise<Ordered> {
  return removed(await engine.remove(`/containers/${encodeURIComponent(id)}?force=true&v=true`));
}

/**
 * Removes one volume by its name; `refused` while a container uses it. There is no removing of several: an engine's prune
 * is never called.
 * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export async function removeVolume(engine: EngineControl, name: string): Promise<Ordered> {
  return removed(await engine.remove(`/volumes/${encodeURIComponent(name)}`));
}

function removed({ status, body }: EngineReply): Ordered {
  if (status === 404) return { kind: 'gone' };
  return status === 409 ? { kind: 'refused', said: saidIn(body) } : { kind: 'done' };
}

async function order(engine: EngineControl, id: string, action: string, silenceLimitMs: number): Promise<Ordered> {
  const path = pathOf(id, action);
  try {
    const { status, body } = await engine.post(path, { silenceLimitMs });
    if (status === 304) return { kind: 'already' };
    if (status === 404) return { kind: 'gone' };
    if (status === 409) return { kind: 'refused', said: saidIn(body) };
    return { kind: 'done' };
  } catch (error) {
    // Docker answers 500 where the state does not allow it ("is not paused"): what is, is asked afterwards.
    if (error instanceof HoldfastError && error.code === 'ENGINE_FAILED')
      return { kind: 'refused', said: error.message };
    throw error;
  }
}

function saidIn(body: Buffer): string {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return shown(optionalString(value, 'message') ?? 'nothing more');
  } catch {
    // In plain words.
  }
  return shown(body.toString('utf8'));
}

function shown(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim();
}
