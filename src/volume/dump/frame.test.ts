import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { framed } from '#volume/dump/frame.ts';

/** Runs a framed script by this machine's `sh`, as the engine does: leader of its group, with an input that stays open. */
function run(script: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('sh', ['-c', framed(script), 'holdfast', 'END'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test.runIf(process.platform === 'linux')(
  'a quick script ends by itself, also when its guard has only just begun',
  async () => {
    const rounds = Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 25; round += 1) expect(await run('echo 2')).toEqual({ code: 0, output: '2\nEND' });
    });
    await Promise.all(rounds);
  },
);

test.runIf(process.platform === 'linux')('a script that fails has no end behind its output', async () => {
  expect(await run('echo 1; false; echo 2')).toEqual({ code: 1, output: '1\n' });
});
