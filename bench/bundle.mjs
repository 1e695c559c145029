// A program of the bench that calls sources of src/ directly, bundled as tools/build.mjs does.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * @param {string} program a file beside this one
 * @param {string} scratch
 * @returns {Promise<string>} the bundle, ready to be run by Node
 */
export async function bundle(program, scratch) {
  const outfile = join(scratch, program);
  await build({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifySyntax: true,
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}
