import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EngineControl } from '#base/engine/engine.ts';
import { openCommandDump } from '#volume/dump/run-dump.ts';

/** An engine whose one command writes a piece, waits, and so on without end. */
function drippingEngine(pieceBytes: number, pauseMs: number): EngineControl {
  const never = () => Promise.reject(new Error('not expected'));
  return {
    ...{ address: 'unix:///engine', apiVersion: '1.41', podman: false, stream: never, remove: never },
    post: async () => ({ status: 201, body: Buffer.from(JSON.stringify({ Id: 'e'.repeat(64) })) }),
    read: async () => Buffer.from(JSON.stringify({ Running: false, ExitCode: 137 })),
    postStream: async () => {
      let closed = false;
      const chunks = (async function* () {
        const header = Buffer.alloc(8);
        header.writeUInt8(1, 0);
        header.writeUInt32BE(pieceBytes, 4);
        while (!closed) {
          yield Buffer.concat([header, Buffer.alloc(pieceBytes, 'x')]);
          await sleep(pauseMs);
        }
        throw new Error('cut off');
      })();
      return {
        [Symbol.asyncIterator]: () => chunks,
        close: () => {
          closed = true;
        },
      };
    },
  };
}

async function read(engine: EngineControl, silenceMs: number, mostBytes: number): Promise<number> {
  const target = { engine, container: 'c'.repeat(64), name: 'db', silenceMs };
  let sizeBytes = 0;
  for await (const chunk of openCommandDump(target, 'drip', 'dump').content) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) break;
  }
  return sizeBytes;
}

test('a dump that gives a byte now and then does not keep everything waiting', async () => {
  await expect(read(drippingEngine(1, 5), 100, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
    code: 'DUMP_SILENT',
  });
});

test('one that gives enough goes on for longer than it may be silent', async () => {
  // 64 KiB every 20 ms, for longer than the limit.
  expect(await read(drippingEngine(64 * 1024, 20), 1000, 75 * 64 * 1024)).toBeGreaterThan(75 * 64 * 1024);
});
