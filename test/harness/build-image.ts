import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine } from './engine.ts';
import { findTool } from './tool.ts';

/**
 * Builds an image in a private engine. `lines` are the Dockerfile's; `files` (path: content) lie beside it. A static
 * busybox (Debian: busybox-static) is always there as `busybox`; `BASE_LINES` puts it and its commands into an image.
 */
export async function buildImage(
  engine: Engine,
  tag: string,
  lines: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'holdfast-context-'));
  try {
    const busybox = findTool('busybox');
    if (busybox !== undefined) copyFileSync(busybox, join(context, 'busybox'));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), content);
    }
    writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
    await engine.docker('build', '--network', 'none', '--tag', tag, context);
  } finally {
    rmSync(context, { recursive: true });
  }
}

/** The first lines of a Dockerfile whose later ones can be shell commands; two layers. */
export const BASE_LINES: readonly string[] = [
  'FROM scratch',
  'COPY busybox /bin/busybox',
  'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
];
