// The tests' private engine (test/harness/engine.ts), for a Node that reads no TypeScript.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const harness = fileURLToPath(new URL('../test/harness/', import.meta.url));

/**
 * Starts a Docker Engine with its own namespaces, data and socket; it ends with this process.
 * @param {string} scratch
 * @returns {Promise<import('../test/harness/engine.ts').Engine>}
 * @throws what is missing for it, in words
 */
export async function startPrivateEngine(scratch) {
  const file = join(scratch, 'engine.mjs');
  await build({
    entryPoints: [join(harness, 'engine.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  copyFileSync(join(harness, 'engine-keeper.sh'), join(scratch, 'engine-keeper.sh'));
  /** @type {typeof import('../test/harness/engine.ts')} */
  const { startEngine } = await import(pathToFileURL(file).href);
  return startEngine();
}
