// Builds dist/: everything bundled but native code; split, so that a command loads only what it uses.
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
  entryPoints: {
    main: 'src/main.ts',
    'cel-worker': 'src/app/policy/cel-worker.ts',
    'pack-worker': 'src/volume/engines/restic/reader/verify/pack-worker.ts',
  },
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
  minifyWhitespace: true,
  // libsql has a native part and is loaded when a database is opened. The others are pg's, which does without them.
  external: ['libsql', 'pg-native', 'pg-cloudflare'],
  loader: { '.json': 'json' },
  define: { HOLDFAST_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(join(made, 'main.js'), 0o755);

/**
 * Most have a file of their own; some end their README with it.
 * @param {string} directory
 * @param {string} name
 */
function licenceText(directory, name) {
  const files = readdirSync(directory);
  const file = files.find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFileSync(join(directory, file), 'utf8').trim();
  const readme = files.find((entry) => /^readme/i.test(entry));
  const text = readme === undefined ? '' : readFileSync(join(directory, readme), 'utf8');
  const section = /^#+ *licen[cs]e *$/im.exec(text);
  if (section === null || !text.includes('Permission is hereby granted'))
    throw new Error(`${name} brings no licence text`);
  return text.slice(section.index + section[0].length).trim();
}

// The licences of what is bundled travel with it.
const bundled = Object.keys(metafile.inputs)
  .map((path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  .filter((path) => path !== undefined);
const notices = [...new Set(bundled)].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})\n\n${licenceText(join(root, path), name)}\n`;
});
writeFileSync(join(made, 'THIRD-PARTY.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
rmSync(dist, { recursive: true, force: true });
renameSync(made, dist);
