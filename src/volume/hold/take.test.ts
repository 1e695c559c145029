import { expect, test } from 'vitest';
import type { ContainerRun } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import { takeAll } from '#volume/hold/take.ts';

const run: ContainerRun = {
  ...{ id: 'a'.repeat(64), name: 'busy', state: 'running', startedAt: '2026-01-01T00:00:00Z' },
  ...{ stopTimeoutMs: 1000, removedAtEnd: false },
};

/** An engine that refuses to pause so many times, with these words. */
function depsFor(refusals: number, message: string): HoldDeps & { readonly asked: () => number } {
  let asked = 0;
  const never = () => Promise.reject(new Error('not expected'));
  const engine: EngineControl = {
    ...{
      address: 'unix:///engine',
      apiVersion: '1.41',
      podman: false,
      stream: never,
      postStream: never,
      remove: never,
    },
    post: async () => {
      asked += 1;
      return asked > refusals
        ? { status: 204, body: Buffer.alloc(0) }
        : { status: 409, body: Buffer.from(JSON.stringify({ message })) };
    },
    read: async () =>
      Buffer.from(
        JSON.stringify({ Id: run.id, Name: '/busy', State: { Status: 'running', StartedAt: run.startedAt } }),
      ),
  };
  const rest = { journal: '', connect: never, watch: never, onSignal: () => () => undefined, now: () => new Date() };
  const self = { pid: 1, startTicks: 1, bootId: '', namespace: '', host: '' };
  return { ...rest, self, engine, asked: () => asked };
}

const progress = { steps: new Map(), asking: () => undefined, reached: () => undefined };
const taken = (deps: HoldDeps, stopped = new AbortController().signal) =>
  takeAll(deps, 'pause', [run], progress, stopped);

test('a container that makes processes all the time is asked to pause again', async () => {
  const deps = depsFor(2, 'OCI runtime pause failed: unable to freeze: unknown');
  expect(await taken(deps)).toMatchObject({ held: [run], problems: [] });
  expect(deps.asked()).toBe(3);
});

test('but not for ever, not when the time is over, and not when it is refused for another reason', async () => {
  const deps = depsFor(100, 'device or resource busy');
  expect(await taken(deps)).toMatchObject({ held: [], problems: [{ code: 'HOLD_REFUSED' }] });
  expect(deps.asked()).toBe(5);
  const other = depsFor(100, 'Container is not running');
  expect(await taken(other)).toMatchObject({ problems: [{ code: 'HOLD_REFUSED' }] });
  expect(other.asked()).toBe(1);
});
