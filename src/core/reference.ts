import { type Digest, isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';

/** Where an image lives: `registry/repository[:tag][@digest]`, with Docker's defaults filled in. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const REGISTRY = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?$/;

function invalid(text: string, why: string): HoldfastError {
  return new HoldfastError(
    'REFERENCE_INVALID',
    `${JSON.stringify(text.slice(0, 200))} is not an image reference: ${why}`,
    {
      hint: 'Write it as name, name:tag, registry.example/team/name:tag or name@sha256:…',
      kind: 'usage',
    },
  );
}

/**
 * Parses a reference by the grammar that all clients share (distribution, reference.go). A name without a registry is
 * on docker.io, and there under `library/` if it has one part; without tag and digest it means `latest`.
 * @throws `REFERENCE_INVALID`
 */
export function parseReference(text: string): Reference {
  let rest = text;
  let digest: Digest | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    const after = rest.slice(at + 1);
    if (!isDigest(after)) throw invalid(text, 'what follows @ is no digest');
    digest = after;
    rest = rest.slice(0, at);
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) throw invalid(text, 'the tag has characters that tags cannot have');
  }
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  const named = first.includes('.') || first.includes(':') || first === 'localhost' || /[A-Z]/.test(first);
  const registry = named ? first : 'docker.io';
  let repository = named ? rest.slice(slash + 1) : rest;
  if (!REGISTRY.test(registry)) throw invalid(text, `${JSON.stringify(registry)} is no host`);
  if (!REPOSITORY.test(repository) || repository.length > 255)
    throw invalid(text, 'names are lower-case letters, digits and . _ - /');
  const docker = registry === 'docker.io' || registry === 'index.docker.io';
  if (docker && !repository.includes('/')) repository = `library/${repository}`;
  return {
    registry: docker ? 'docker.io' : registry,
    repository,
    ...(tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The full form: registry, repository, tag and digest. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
