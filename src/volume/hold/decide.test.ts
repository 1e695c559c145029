import { describe, expect, test } from 'vitest';
import type { ContainerRun } from '#base/engine/control.ts';
import { decideRelease } from '#volume/hold/decide.ts';
import type { HoldMethod, HoldStep } from '#volume/hold/hold-record.ts';

const id = 'a'.repeat(64);
const held = { id, name: 'db', startedAt: 'first' };
const run = (state: ContainerRun['state'], startedAt = 'first'): ContainerRun => ({
  id,
  name: 'db',
  state,
  startedAt,
  stopTimeoutMs: 10_000,
  removedAtEnd: false,
});
function decide(method: HoldMethod, step: HoldStep | undefined, now: ContainerRun | undefined, killed = false): string {
  const decision = decideRelease(method, held, step, now, { killed });
  return decision.kind === 'nothing' ? decision.why : decision.kind;
}

describe('a container that was paused', () => {
  test('is unpaused, whether or not the order was answered', () => {
    expect(decide('pause', 'held', run('paused'))).toBe('unpause');
    expect(decide('pause', 'asking', run('paused'))).toBe('unpause');
  });
  test('stays as it is when it was never asked for, refused, released, or started anew', () => {
    expect(decide('pause', undefined, run('paused'))).toBe('not-held');
    expect(decide('pause', 'left', run('paused'))).toBe('not-held');
    expect(decide('pause', 'released', run('paused'))).toBe('released');
    expect(decide('pause', 'held', run('paused', 'second'))).toBe('other-run');
    expect(decide('pause', 'held', run('exited', 'second'))).toBe('other-run');
  });
  test('is started when the engine took it down, not when somebody did', () => {
    expect(decide('pause', 'held', run('exited'))).toBe('start');
    expect(decide('pause', 'held', run('exited'), true)).toBe('stopped');
  });
  test('is looked at again as long as the order may still be carried out', () => {
    expect(decide('pause', 'asking', run('running'))).toBe('look-again');
    expect(decide('pause', 'held', run('running'))).toBe('runs');
  });
});

describe('a container that was stopped', () => {
  test('is started', () => {
    expect(decide('stop', 'held', run('exited'))).toBe('start');
    expect(decide('stop', 'asking', run('exited'), true)).toBe('start');
  });
  test('is waited for while it is being stopped', () => {
    expect(decide('stop', 'asking', run('running'), true)).toBe('await-stop');
    expect(decide('stop', 'asking', run('running'))).toBe('look-again');
  });
  test('stays paused when somebody paused it, and stopped when somebody started and stopped it', () => {
    expect(decide('stop', 'asking', run('paused'))).toBe('not-held');
    expect(decide('stop', 'held', run('exited', 'second'))).toBe('other-run');
  });
});

test('what is gone, or about to be, is gone', () => {
  expect(decide('pause', 'held', undefined)).toBe('gone');
  expect(decide('stop', 'held', run('other'))).toBe('gone');
});
