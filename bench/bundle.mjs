// A program of the bench that calls sources of src/ directly, bundled as tools/build.mjs does.

import { copyFileSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {string} program a file beside this one
 * @param {string} scratch
 * @returns {Promise<string>} the bundle, ready to be run by Node
 */
export async function bundle(program, scratch) {
  const outfile = join(scratch, program);
  // What cannot be bundled, and what the harness looks for beside itself.
  const modules = join(scratch, 'node_modules');
  if (!existsSync(modules)) symlinkSync(here('../node_modules'), modules);
  copyFileSync(here('../test/harness/postgres-keeper.sh'), join(scratch, 'postgres-keeper.sh'));
  await build({
    entryPoints: [here(program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifySyntax: true,
    external: ['libsql', 'pg-native', 'pg-cloudflare'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}
