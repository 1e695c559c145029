import type { HoldfastError } from '#core/errors.ts';
import { isOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { type FilesAccess, repositoryFiles } from '#volume/engines/restic/reader/repository-files.ts';

/**
 * The error that a failed run is. restic may end before it has passed on what ssh said of a session that did not begin: then
 * ssh is asked once more, without restic, whether it is the host's key, the user's, or that nobody answers.
 * @param said by restic, line by line
 */
export async function withWordsOfSsh(
  failure: HoldfastError,
  access: FilesAccess,
  ours: Readonly<Record<string, string | undefined>>,
  said: readonly string[],
): Promise<HoldfastError> {
  const isMute =
    access.location.startsWith('sftp:') &&
    said.some((line) => line.includes('unable to start the sftp session')) &&
    !said.some((line) => line.startsWith('subprocess ssh:'));
  if (!isMute) return failure;
  const files = repositoryFiles(access, ours);
  try {
    await files.read('config', 'config');
    return failure;
  } catch (error) {
    return isOutOfReach(error) ? error : failure;
  } finally {
    await files.close();
  }
}
