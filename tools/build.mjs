// Builds dist/: everything bundled, so that an install brings no other package; split, so that a command loads only what it uses.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/**
 * Files that sources read at run time, written as `new URL('./starter.bin', import.meta.url)`: copied into dist/, where
 * all chunks stand beside them. The text in the sources stays true there because only the base name is kept.
 * @type {import('esbuild').Plugin}
 */
const assets = {
  name: 'assets',
  setup({ onLoad }) {
    const copied = new Map();
    onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(/new URL\('(\.[^']+)', import\.meta\.url\)/g, (_, specifier) => {
        const file = join(dirname(path), specifier);
        const name = basename(file);
        if (copied.has(name) && copied.get(name) !== file) throw new Error(`two assets are named ${name}`);
        copied.set(name, file);
        copyFileSync(file, join(dist, name));
        return `new URL('./${name}', import.meta.url)`;
      });
      return { contents, loader: 'ts' };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
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
  plugins: [assets],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(join(dist, 'main.js'), 0o755);

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
writeFileSync(join(dist, 'THIRD-PARTY.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
