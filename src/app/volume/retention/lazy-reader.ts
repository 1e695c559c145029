import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { type OwnReader, openOwnReader } from '#app/volume/repositories/own-reader.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';

/** A reader of a repository that is opened when somebody needs it, once: that takes about a second. To be closed. */
export interface LazyReader {
  /** @throws as `openOwnReader` */
  open(): Promise<ResticRepository>;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function lazyReader(repository: Pick<OpenRepository, 'settings' | 'access' | 'environment'>): LazyReader {
  let opened: Promise<OwnReader> | undefined;
  return {
    open: async () => {
      opened ??= openOwnReader(repository);
      return (await opened).repository;
    },
    close: async () => {
      const reader = await opened?.catch(() => undefined);
      await reader?.close();
    },
  };
}
