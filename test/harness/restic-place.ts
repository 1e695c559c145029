import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepositoryAccess, SnapshotEngine } from '#volume/engines/engine.ts';
import { resticEngine } from '#volume/engines/restic/restic-engine.ts';

/** A scratch place with one repository’s access, for tests. */
export interface ResticPlace {
  readonly directory: string;
  readonly access: RepositoryAccess;
  readonly labels: { readonly host: string; readonly tags: readonly string[] };
  path(...parts: readonly string[]): string;
  /** Writes a file, and its directories, below the place. */
  file(path: string, content: string | Uint8Array): string;
  engine(changes?: Partial<RepositoryAccess>, environment?: Readonly<Record<string, string>>): SnapshotEngine;
  remove(): void;
}

export function resticPlace(changes: Partial<RepositoryAccess> = {}): ResticPlace {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-restic-'));
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  const file = (name: string, content: string | Uint8Array) => {
    mkdirSync(join(path(name), '..'), { recursive: true });
    writeFileSync(path(name), content);
    return path(name);
  };
  const passwordFile = file('password', 'the-secret-of-the-repository\n');
  chmodSync(passwordFile, 0o600);
  const access: RepositoryAccess = {
    location: path('repository'),
    passwordFile,
    credentials: { kind: 'none' },
    options: [],
    cacheDirectory: path('cache'),
    workDirectory: path('work'),
    lockPath: path('turns', 'one'),
    shared: false,
    ...changes,
  };
  return {
    ...{ directory, access, path, file, labels: { host: 'this-host', tags: ['volume:data'] } },
    engine: (other = {}, environment = {}) =>
      resticEngine({ ...access, ...other }, { PATH: process.env['PATH'], HOME: path('home'), ...environment }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
