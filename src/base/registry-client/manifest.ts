import { createHash } from 'node:crypto';
import { isTransient } from '#base/http/http-error.ts';
import { readWhole } from '#base/http/request.ts';
import { digestMismatch } from '#base/registry-client/blob.ts';
import { ERROR_LIMIT_BYTES, registryFailed } from '#base/registry-client/registry-error.ts';
import type { RegistrySession } from '#base/registry-client/session.ts';
import { type Digest, digestAlgorithm, isDigest, parseDigest } from '#core/digest.ts';
import { MEDIA_TYPES } from '#core/oci/manifest.ts';
import { MANIFEST_LIMIT_BYTES } from '#core/oci/parse.ts';

/** A manifest or index as the registry stores it. */
export interface FetchedManifest {
  readonly bytes: Buffer;
  readonly digest: Digest;
}

const ACCEPT = Object.values(MEDIA_TYPES).join(', ');

function hashed(bytes: Buffer, like: Digest | undefined): Digest {
  const algorithm = like === undefined ? 'sha256' : digestAlgorithm(like);
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}

/**
 * Fetches a manifest by tag or digest (OCI distribution specification, "Pulling manifests"). With `verify` its bytes are
 * compared with the digest that was asked for and with the one that the registry names. At most 4 MiB.
 * @throws `IMAGE_DIGEST_MISMATCH`, the codes of {@link registryFailed}, and what requests throw
 */
export async function getManifest(session: RegistrySession, target: string, verify: boolean): Promise<FetchedManifest> {
  for (let again = true; ; again = false) {
    const response = await session.get(`manifests/${target}`, { accept: ACCEPT });
    try {
      if (response.status !== 200) {
        const body = await readWhole(response, ERROR_LIMIT_BYTES);
        const what = `${session.repository}${isDigest(target) ? '@' : ':'}${target}`;
        throw registryFailed(
          { status: response.status, body },
          { host: session.registry, what, secrets: session.secrets() },
        );
      }
      const bytes = await readWhole(response, MANIFEST_LIMIT_BYTES);
      const asked = isDigest(target) ? target : undefined;
      const digest = hashed(bytes, asked);
      const named = response.headers.get('docker-content-digest') ?? '';
      const claimed = isDigest(named) ? named : undefined;
      if (verify && asked !== undefined && asked !== digest) throw digestMismatch(asked, digest);
      if (verify && claimed !== undefined && claimed !== hashed(bytes, claimed)) throw digestMismatch(claimed, digest);
      return { bytes, digest: asked ?? digest };
    } catch (error) {
      if (!again || !isTransient(error)) throw error;
    }
  }
}
