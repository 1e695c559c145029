import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAX_NAMES = 200;

function seenFile(cacheDirectory: string): string {
  return join(cacheDirectory, 'seen-ecosystems');
}

/** Ecosystems that scans on this machine met, so that `db update` knows what to fetch. Empty when nothing was noted. */
export function seenEcosystems(cacheDirectory: string): readonly string[] {
  try {
    return readFileSync(seenFile(cacheDirectory), 'utf8')
      .split('\n')
      .filter((name) => name !== '')
      .slice(0, MAX_NAMES);
  } catch {
    return [];
  }
}

/** Notes ecosystems, without their releases. A machine that cannot keep the note loses a convenience, nothing else. */
export function noteEcosystems(cacheDirectory: string, names: readonly string[]): void {
  const seen = new Set(seenEcosystems(cacheDirectory));
  const before = seen.size;
  for (const name of names) seen.add(name.split(':', 1)[0] ?? name);
  if (seen.size === before) return;
  try {
    mkdirSync(dirname(seenFile(cacheDirectory)), { recursive: true, mode: 0o700 });
    writeFileSync(seenFile(cacheDirectory), `${[...seen].sort().join('\n')}\n`);
  } catch {
    // Read-only homes are normal in containers.
  }
}
