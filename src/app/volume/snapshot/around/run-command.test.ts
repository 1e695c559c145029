import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { EngineControl } from '#base/engine/engine.ts';
import { runCommand } from './run-command.ts';

const command = { container: 'c'.repeat(64), name: 'db', label: 'holdfast.volume.before', argv: ['sh'] };

/** An engine whose one command writes what it is given, and ends with a code. */
function engineWith(output: (closed: AbortSignal) => AsyncIterable<string>, code = 0): EngineControl {
  const never = () => Promise.reject(new Error('not expected'));
  const id = 'e'.repeat(64);
  return {
    ...{ address: 'unix:///engine', apiVersion: '1.41', podman: false, stream: never, remove: never },
    post: async () => ({ status: 201, body: Buffer.from(JSON.stringify({ Id: id })) }),
    read: async () => Buffer.from(JSON.stringify({ Running: false, ExitCode: code })),
    postStream: async () => {
      const closed = new AbortController();
      const chunks = (async function* () {
        for await (const text of output(closed.signal)) {
          const header = Buffer.alloc(8);
          header.writeUInt8(1, 0);
          header.writeUInt32BE(Buffer.byteLength(text), 4);
          yield Buffer.concat([header, Buffer.from(text)]);
          if (closed.signal.aborted) throw new Error('cut off');
        }
      })();
      return { [Symbol.asyncIterator]: () => chunks, close: () => closed.abort() };
    },
  };
}

async function* endless() {
  for (;;) {
    yield 'y\n'.repeat(1000);
    await sleep(1);
  }
}

test('a command that prints without end is not waited for without end', async () => {
  await expect(runCommand(engineWith(endless), command, { limitMs: 50 })).rejects.toMatchObject({
    code: 'SNAPSHOT_COMMAND_FAILED',
    message: expect.stringContaining('took longer than 0.05 s'),
  });
});

test('whoever ends the snapshot does not wait for it, either', async () => {
  const ending = new AbortController();
  const running = runCommand(engineWith(endless), command, { signal: ending.signal });
  ending.abort();
  await expect(running).rejects.toMatchObject({ message: expect.stringContaining('not waited for any more') });
});

test('what it wrote last is told without what a terminal would obey, and never in the message', async () => {
  async function* output() {
    yield 'first\n\x1b]0;title\x07secret\n';
  }
  await expect(runCommand(engineWith(output, 3), command)).rejects.toMatchObject({
    message: "The command of db's label holdfast.volume.before ended with 3",
    hint: 'It wrote: ]0;title secret',
  });
});
