import { HoldfastError } from '#core/errors.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

/** Of an error's body. */
export const ERROR_LIMIT_BYTES = 64 * 1024;

const MESSAGE_LENGTH = 300;

/** An answer that is a failure. */
export interface FailedAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Where and for what it was given. */
export interface Asked {
  /** As the user wrote it, `docker.io`. */
  readonly host: string;
  /** `team/app:1`, `the layer sha256:…`. */
  readonly what: string;
  /** True for what a manifest names: if that is absent, the image is broken. */
  readonly part?: boolean;
  /** Texts that must not be repeated, should the answer hold them. */
  readonly secrets: readonly string[];
}

/** One line of plain text: control characters and those that turn the direction of writing are removed. */
function plain(text: string): string {
  const line = text
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '');
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH).toWellFormed()}…` : line.trim();
}

/** What the registry itself says (OCI distribution specification, "Error codes"), or a token service in its own way. */
function messageOf(body: Buffer): string {
  let document: unknown;
  try {
    document = JSON.parse(body.toString('utf8'));
  } catch {
    return '';
  }
  if (!isObject(document)) return '';
  const first = Array.isArray(document['errors']) ? document['errors'][0] : document;
  if (!isObject(first)) return '';
  const code = optionalString(first, 'code');
  const said = ['message', 'details', 'error_description', 'error']
    .map((key) => optionalString(first, key))
    .find(Boolean);
  return plain([code?.toLowerCase(), said].filter(Boolean).join(': '));
}

function shownMessage(answer: FailedAnswer, secrets: readonly string[]): string {
  const message = messageOf(answer.body);
  return message === '' || secrets.some((secret) => secret !== '' && message.includes(secret)) ? '' : ` (${message})`;
}

/**
 * The coded error for an answer: 401 and 403 `REGISTRY_DENIED`, 404 `REGISTRY_NOT_FOUND`, 429 `REGISTRY_RATE_LIMITED`,
 * all others `REGISTRY_FAILED`. It shows what the registry says, bounded and made plain.
 */
export function registryFailed(answer: FailedAnswer, asked: Asked): HoldfastError {
  const { host, what } = asked;
  const said = shownMessage(answer, asked.secrets);
  switch (answer.status) {
    case 401:
    case 403:
      return new HoldfastError('REGISTRY_DENIED', `${host} denies access to ${what}${said}`, {
        hint: `If the name is right, log in with: docker login ${host}`,
      });
    case 404:
      return new HoldfastError('REGISTRY_NOT_FOUND', `${host} has no ${what}${said}`, {
        hint: asked.part
          ? 'The registry has lost a part of the image: push the image again.'
          : `Check the name and the tag; private repositories may look absent until you log in with: docker login ${host}`,
      });
    case 429:
      return new HoldfastError('REGISTRY_RATE_LIMITED', `${host} refuses more requests for now${said}`, {
        hint: `Wait, or raise the limit by logging in with: docker login ${host}`,
      });
    default:
      return new HoldfastError('REGISTRY_FAILED', `${host} answered ${answer.status} when asked for ${what}${said}`, {
        hint:
          answer.status >= 500
            ? 'The registry has a fault; try again later.'
            : 'The registry does not behave as the specification says.',
      });
  }
}
