import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What a release would publish: packs the built `dist/` and gives the tarball's path. It goes into `directory`. */
export function packHoldfast(directory: string): string {
  if (!existsSync(join(ROOT, 'dist/main.js'))) throw new Error('dist/ is not built: run npm run build');
  // The scripts would build again, under the feet of whoever runs dist/ meanwhile.
  const printed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed]: { filename: string }[] = JSON.parse(printed);
  if (packed === undefined) throw new Error('npm pack named no tarball');
  return join(directory, packed.filename);
}
