// `npm run ok`: format and lint, types and tidy side by side; then, if all is well, the unit tests.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs a command, prints what it printed when it has ended, and tells whether it ended well. npm puts programs on PATH.
 * @param {string} name
 * @param {string} command
 * @returns {Promise<boolean>}
 */
function check(name, command) {
  const started = Date.now();
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => printed.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${name}: ${code === 0 ? 'well' : 'FAILED'} after ${seconds} s`);
      resolve(code === 0);
    });
  });
}

const ended = await Promise.all([
  check('types', 'npm run -s types'),
  check('format and lint', 'biome check --error-on-warnings .'),
  check('tidy', 'npm run -s tidy'),
]);
if (ended.includes(false)) process.exitCode = 1;
else
  spawn('npm run -s unit', { cwd: root, shell: true, stdio: 'inherit' }).on('close', (code) => {
    process.exitCode = code ?? 1;
  });
