import { createHttpClient, type HttpOptions } from '#base/http/client.ts';
import { openBlob } from '#base/registry-client/blob.ts';
import { hostCertificates } from '#base/registry-client/host-certificates.ts';
import { type FetchedManifest, getManifest } from '#base/registry-client/manifest.ts';
import { createSession } from '#base/registry-client/session.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';

export interface RegistryOptions extends HttpOptions {
  /** As in a reference: `docker.io`, `registry.example:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** False: digests are not compared; sizes always are. */
  readonly verify: boolean;
}

/** Reads one repository of a registry. */
export interface RegistryClient {
  /** By tag or digest. @throws as {@link getManifest} */
  getManifest(target: string): Promise<FetchedManifest>;
  /** Nothing is asked before the first chunk is. @throws as {@link openBlob}, while it is read */
  openBlob(descriptor: Descriptor): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** Nothing is asked, and no credentials are looked for, before the first call. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const known = new Map<string, readonly string[]>();
  const certificatesOf = (host: string): readonly string[] => {
    const found = known.get(host) ?? hostCertificates(host);
    known.set(host, found);
    return found;
  };
  const http = createHttpClient({ hostCertificates: certificatesOf, ...options });
  const session = createSession({ http, registry: options.registry, repository: options.repository });
  return {
    getManifest: (target) => getManifest(session, target, options.verify),
    openBlob: (descriptor) => openBlob(session, descriptor, options.verify),
    close: http.close,
  };
}
