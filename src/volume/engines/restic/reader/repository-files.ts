import type { RepositoryAccess } from '#volume/engines/engine.ts';
import { connectionEnvironment } from '#volume/engines/restic/environment.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import type { OpenFiles } from '#volume/engines/restic/reader/files.ts';
import { repositoryClient } from '#volume/engines/restic/reader/remote/http-client.ts';
import { remoteFiles } from '#volume/engines/restic/reader/remote/remote-files.ts';
import type { RemoteStore } from '#volume/engines/restic/reader/remote/remote-store.ts';
import { restStore } from '#volume/engines/restic/reader/remote/rest-store.ts';
import { s3Keys } from '#volume/engines/restic/reader/remote/s3-keys.ts';
import { s3Options } from '#volume/engines/restic/reader/remote/s3-place.ts';
import { s3Store } from '#volume/engines/restic/reader/remote/s3-store.ts';
import { parseSftpPlace, sftpCommand } from '#volume/engines/restic/reader/remote/sftp/sftp-place.ts';
import { sftpStore } from '#volume/engines/restic/reader/remote/sftp/sftp-store.ts';
import { startTransport } from '#volume/engines/restic/reader/remote/sftp/ssh-transport.ts';

/** How a repository is reached, as far as its files are concerned. */
export type FilesAccess = Pick<RepositoryAccess, 'location' | 'credentials' | 'options' | 'certificatesFile'>;

/**
 * The files of a repository wherever it lies, reached with the same credentials, options and authorities as restic reaches
 * them. Nothing is asked of a server yet. To be closed.
 * @param ours the environment of this program
 * @throws `RESTIC_LOCATION_INVALID`, `RESTIC_OPTION_INVALID`, `RESTIC_LAYOUT_UNSUPPORTED`
 */
export function repositoryFiles(access: FilesAccess, ours: Readonly<Record<string, string | undefined>>): OpenFiles {
  const { location } = access;
  if (location.startsWith('/')) return { ...directoryFiles(location), close: async () => undefined };
  return remoteFiles(storeOf(access, connectionEnvironment(access, ours)));
}

function storeOf(access: FilesAccess, environment: Readonly<Record<string, string>>): RemoteStore {
  const { location, options, certificatesFile } = access;
  const [scheme = '', address = ''] = location.split(/:(.*)/s);
  switch (scheme) {
    case 'sftp': {
      const place = parseSftpPlace(location);
      const command = sftpCommand(place, options);
      return sftpStore(() => startTransport(command, environment), place.directory, location);
    }
    case 'rest':
      return restStore(repositoryClient(address, certificatesFile, environment), access);
    default: {
      const client = repositoryClient(address, certificatesFile, environment);
      const deps = {
        client,
        options: s3Options(options, environment),
        key: s3Keys(access, environment),
        now: () => new Date(),
      };
      return s3Store(deps, access);
    }
  }
}
