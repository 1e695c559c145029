import type { HttpClient } from '#base/http/client.ts';
import { type HttpResponse, openRequest } from '#base/http/request.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { failureInWords, refusedCredentials } from '#volume/engines/restic/failure.ts';
import { isOutOfReach } from '#volume/engines/restic/reader/files.ts';
import {
  fileMissing,
  fileTooLarge,
  fileUnreadable,
  readLimitMs,
  type WantedBytes,
} from '#volume/engines/restic/reader/remote/remote-store.ts';

/** One request, and how it is told of. */
export interface HttpGet {
  readonly client: HttpClient;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The file or folder, for messages. */
  readonly path: string;
  /** The repository’s, for messages. */
  readonly location: string;
  /** One for all requests to a server. */
  readonly silence: Silence;
}

/** Tells a server that is silent about one file (a disk that fails there) from one that does not answer any more. */
export interface Silence {
  answered(): void;
  /** @returns whether it must be taken to be gone */
  timedOut(): boolean;
}

/** So many in a row, and none of them about what came before. */
const MOST_SILENT = 4;

export function silenceOf(): Silence {
  let silent = 0;
  return {
    answered: () => {
      silent = 0;
    },
    timedOut: () => {
      silent += 1;
      return silent >= MOST_SILENT;
    },
  };
}

/** How often a body that broke off is asked for. */
const MOST_TRIES = 3;
const ERROR_BODY_BYTES = 64 * 1024;

/**
 * Sends a GET or HEAD and gives an answer of 2xx. Redirects to other hosts are refused.
 * @throws `RESTIC_FILE_MISSING`, `RESTIC_FILE_UNREADABLE`, and what `throwOutOfReach` knows
 */
export async function answerOf(get: HttpGet, method: 'GET' | 'HEAD' = 'GET'): Promise<HttpResponse> {
  const { client, url, headers, path } = get;
  const limitBytes = Number.MAX_SAFE_INTEGER;
  let response: HttpResponse;
  try {
    response = await openRequest(client, { url, method, headers, limitBytes, follow: 'origin' });
  } catch (error) {
    throw requestFailure(error, get);
  }
  const { status } = response;
  if (status >= 200 && status < 300) return response;
  const code = method === 'HEAD' ? undefined : await errorCode(response);
  await response.discard();
  if (status === 404 || status === 410) throw fileMissing(path);
  throw statusFailure(status, code, get);
}

/**
 * The bytes of a file or a part of it, as `RemoteStore.read` promises.
 * @throws `RESTIC_FILE_MISSING`, `RESTIC_FILE_TOO_LARGE`, `RESTIC_FILE_UNREADABLE`, and what `throwOutOfReach` knows
 */
export async function readOverHttp(get: HttpGet, wanted: WantedBytes): Promise<Buffer> {
  const { offsetBytes, lengthBytes, whole } = wanted;
  const range = `bytes=${offsetBytes}-${offsetBytes + lengthBytes - 1}`;
  const asked = whole ? get : { ...get, headers: { ...get.headers, range } };
  for (let tried = 1; ; tried += 1) {
    let response: HttpResponse;
    try {
      response = await answerOf(asked);
    } catch (error) {
      // Nothing lies at that offset: the file ends before it.
      if (!whole && error instanceof HoldfastError && error.cause === 416) return Buffer.alloc(0);
      throw error;
    }
    try {
      checkRange(response, get.path, wanted);
      const bytes = whole
        ? await wholeBody(response, get.path, lengthBytes)
        : await bodyPart(response, get.path, lengthBytes);
      get.silence.answered();
      return bytes;
    } catch (error) {
      if (tried < MOST_TRIES && error instanceof HoldfastError && error.code === 'HTTP_INTERRUPTED') continue;
      await response.discard();
      throw requestFailure(error, get);
    }
  }
}

/** That the answer begins where it was asked to. */
function checkRange({ status, headers }: HttpResponse, path: string, { offsetBytes, whole }: WantedBytes): void {
  if (status === 200 && offsetBytes === 0) return;
  if (status === 200) throw fileUnreadable(path, 'the server does not send parts of files');
  const from = /^bytes (\d{1,15})-/.exec(headers.get('content-range') ?? '')?.[1];
  if (status === 206 && !whole && Number(from ?? Number.NaN) === offsetBytes) return;
  throw fileUnreadable(path, `the server answered with status ${status} and another part of it`);
}

async function bodyPart(response: HttpResponse, path: string, lengthBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let at = 0;
  for await (const chunk of inTime(response, path)) {
    if (at + chunk.length > lengthBytes && response.status === 206)
      throw fileUnreadable(path, 'the server sends more than it was asked for');
    at += chunk.copy(bytes, at);
    // All of the file is coming where only a part was asked for.
    if (at === lengthBytes && response.status === 200) break;
  }
  return at === lengthBytes ? bytes : bytes.subarray(0, at);
}

async function wholeBody(response: HttpResponse, path: string, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of inTime(response, path)) {
    size += chunk.length;
    if (size > limitBytes) throw fileTooLarge(path, limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function* inTime({ body }: HttpResponse, path: string): AsyncGenerator<Buffer> {
  const begun = performance.now();
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (performance.now() - begun > readLimitMs(size)) throw fileUnreadable(path, 'the server sends too slowly');
    yield chunk;
  }
}

/** A list, whole. @throws as {@link readOverHttp} */
export async function readListing(get: HttpGet, response: HttpResponse, limitBytes: number): Promise<Buffer> {
  try {
    return await wholeBody(response, get.path, limitBytes);
  } catch (error) {
    throw requestFailure(error, get);
  }
}

/** S3 says in a small document why it refuses; its other parts may repeat what was sent, and are not shown. */
async function errorCode({ body }: HttpResponse): Promise<string | undefined> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += chunk.toString('latin1');
      if (text.length > ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status has to do.
  }
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(text)?.[1];
}

/** The cause is the status. */
function statusFailure(status: number, code: string | undefined, { path, location }: HttpGet): HoldfastError {
  const said = code === undefined ? `status ${status}` : `${code}, status ${status}`;
  // An object that was moved to an archive is refused by itself.
  if (code !== undefined && code !== 'InvalidObjectState') {
    const known = failureInWords(location, [said], 'the server');
    if (isOutOfReach(known)) return known;
  }
  if ((status === 401 || status === 403) && code !== 'InvalidObjectState') return refusedCredentials(location, said);
  return fileUnreadable(path, `the server answered with ${said}`, status);
}

/** What was not reached at all is told apart from what is about this file. */
function requestFailure(error: unknown, { path, location, silence }: HttpGet): unknown {
  if (!(error instanceof HoldfastError)) return fileUnreadable(path, 'the request failed', error);
  switch (error.code) {
    case 'HTTP_TLS':
      return new HoldfastError(
        'RESTIC_CERTIFICATE',
        `The certificate of ${location} is not trusted: ${error.message}`,
        {
          hint: 'Name the file of its authority with --certificates FILE.',
          cause: error,
        },
      );
    case 'HTTP_UNREACHABLE':
    case 'HTTP_PROXY':
      return unreachable(location, error);
    case 'HTTP_TIMEOUT':
      return systemCode(error.cause) === 'UND_ERR_CONNECT_TIMEOUT' || silence.timedOut()
        ? unreachable(location, error)
        : fileUnreadable(path, error.message, error);
    case 'HTTP_INTERRUPTED':
    case 'HTTP_PROTOCOL':
    case 'HTTP_REDIRECT':
    case 'HTTP_TOO_LARGE':
    case 'HTTP_ABORTED':
      return fileUnreadable(path, error.message, error);
    default:
      return error.code.startsWith('RESTIC_') || isOutOfReach(error) ? error : unreachable(location, error);
  }
}

function unreachable(location: string, error: HoldfastError): HoldfastError {
  const why = error.message.replace(/^\S+ cannot be reached(?=[ :])/, '').replace(/^: /, '');
  return new HoldfastError('RESTIC_UNREACHABLE', `${location} cannot be reached: ${why}`, {
    hint: error.hint ?? 'Is the server running, are the name and the port right?',
    cause: error,
  });
}
