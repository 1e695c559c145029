// Builds dist/: everything bundled, so that an install brings no other package; split, so that a command loads only what it uses.
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Made beside dist/ and put in its place when it is whole: a build that fails leaves the last good one.
const made = join(root, `dist.${process.pid}`);

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
process.on('exit', () => rmSync(made, { recursive: true, force: true }));
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: made,
  bundle: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // All chunks beside main.js: one place for what they read.
  chunkNames: '[name]-[hash]',
  legalComments: 'none',
  minifySyntax: true,
  loader: { '.json': 'json' },
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(join(made, 'main.js'), 0o755);

// The licences of what is bundled travel with it.
const bundled = Object.keys(metafile.inputs)
  .map((path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  .filter((path) => path !== undefined);
const notices = [...new Set(bundled)].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, path)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} brings no licence text`);
  const text = readFileSync(join(root, path, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(join(made, 'THIRD-PARTY.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
rmSync(dist, { recursive: true, force: true });
renameSync(made, dist);
