import { readFileSync } from 'node:fs';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { openRepository, type ResticRepository } from '#volume/engines/restic/reader/repository.ts';

/** A reader of a repository that is opened when somebody needs it, once: that takes about a second. To be closed. */
export interface LazyReader {
  /** Of a repository in a directory of this machine. @throws as `openRepository` */
  open(): Promise<ResticRepository>;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function lazyReader({ access }: Pick<OpenRepository, 'access'>): LazyReader {
  let opened: Promise<ResticRepository> | undefined;
  return {
    open: async () => {
      const password = () => readFileSync(access.passwordFile, 'utf8').replace(/\r?\n$/, '');
      opened ??= openRepository(directoryFiles(access.location), password());
      return opened;
    },
    close: async () => {
      const repository = await opened?.catch(() => undefined);
      repository?.close();
    },
  };
}
