import { createHash } from 'node:crypto';
import { type HttpResponse, readWhole } from '#base/http/request.ts';
import { ERROR_LIMIT_BYTES, registryFailed } from '#base/registry-client/registry-error.ts';
import type { RegistrySession } from '#base/registry-client/session.ts';
import { digestAlgorithm, digestHex } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';

const RESUMES = 5;
const RESUMES_AFTER_STALL = 1;
const PAUSE_MS = 500;

function sizeMismatch(descriptor: Descriptor, sent: string): HoldfastError {
  return new HoldfastError(
    'BLOB_SIZE_MISMATCH',
    `${descriptor.digest} should be ${descriptor.sizeBytes} bytes long, but the registry sends ${sent}`,
    {
      hint: 'The registry or a proxy in between is faulty, or the manifest is wrong; nothing of it was believed.',
      path: descriptor.digest,
    },
  );
}

/** The error for content that is not what its digest says. */
export function digestMismatch(expected: string, actual: string): HoldfastError {
  return new HoldfastError('IMAGE_DIGEST_MISMATCH', `The registry sent ${actual} in place of ${expected}`, {
    hint: 'The content was damaged or tampered with on its way; nothing of it was believed. Try again, or another registry.',
    path: expected,
  });
}

async function failure(
  session: RegistrySession,
  response: HttpResponse,
  descriptor: Descriptor,
): Promise<HoldfastError> {
  const body = await readWhole(response, ERROR_LIMIT_BYTES);
  const what = `content ${descriptor.digest} in ${session.repository}`;
  return registryFailed(
    { status: response.status, body },
    { host: session.registry, what, part: true, secrets: session.secrets() },
  );
}

/** How many bytes at the start of the body have been received before. @throws when the answer is not what was asked for */
async function checkAnswer(
  session: RegistrySession,
  response: HttpResponse,
  descriptor: Descriptor,
  offset: number,
): Promise<number> {
  const { status, headers } = response;
  const size = descriptor.sizeBytes;
  if (status === 206 && offset > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
    const whole = range?.[2] === '*' || Number(range?.[2]) === size;
    if (range === null || Number(range[1]) !== offset || !whole) {
      await response.discard();
      throw sizeMismatch(descriptor, 'another part than was asked for');
    }
    return 0;
  }
  if (status === 416) {
    await response.discard();
    throw sizeMismatch(descriptor, `no more than ${offset}`);
  }
  if (status !== 200) throw await failure(session, response, descriptor);
  const length = headers.get('content-length');
  if (length !== undefined && Number(length) !== size) {
    await response.discard();
    throw sizeMismatch(descriptor, length.slice(0, 20));
  }
  return offset;
}

/** One answer's bytes from `offset` on. */
async function* readFrom(
  session: RegistrySession,
  descriptor: Descriptor,
  offset: number,
): AsyncGenerator<Buffer, void, undefined> {
  const headers: Readonly<Record<string, string>> = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const response = await session.get(`blobs/${descriptor.digest}`, headers);
  let known = await checkAnswer(session, response, descriptor, offset);
  for await (const chunk of response.body) {
    const old = Math.min(known, chunk.length);
    known -= old;
    if (old < chunk.length) yield chunk.subarray(old);
  }
}

/** Tells failures after which the rest may be asked for, and counts them. */
function createPatience(): (error: unknown) => boolean {
  let resumes = 0;
  let stalls = 0;
  return (error) => {
    if (!(error instanceof HoldfastError)) return false;
    resumes += 1;
    if (error.code === 'HTTP_TIMEOUT') {
      stalls += 1;
      return stalls <= RESUMES_AFTER_STALL;
    }
    return error.code === 'HTTP_INTERRUPTED' && resumes <= RESUMES;
  };
}

/**
 * A blob's bytes (OCI distribution specification, "Pulling blobs"). A connection that breaks is resumed where it broke,
 * five times at most, once if it stalls. Size and, with `verify`, digest are compared at the end: until the last chunk
 * has been taken without an error, nothing may be believed.
 * @throws `BLOB_SIZE_MISMATCH`, `IMAGE_DIGEST_MISMATCH`, the codes of {@link registryFailed}, and what requests throw
 */
export async function* openBlob(
  session: RegistrySession,
  descriptor: Descriptor,
  verify: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const algorithm = digestAlgorithm(descriptor.digest);
  const hash = verify ? createHash(algorithm) : undefined;
  const mayResume = createPatience();
  let received = 0;
  for (let complete = false; !complete; ) {
    try {
      for await (const chunk of readFrom(session, descriptor, received)) {
        received += chunk.length;
        if (received > descriptor.sizeBytes) throw sizeMismatch(descriptor, 'more');
        hash?.update(chunk);
        yield chunk;
      }
      complete = true;
    } catch (error) {
      if (!mayResume(error)) throw error;
      await session.sleep(PAUSE_MS);
    }
  }
  if (received < descriptor.sizeBytes) throw sizeMismatch(descriptor, `only ${received}`);
  const hex = hash?.digest('hex');
  if (hex !== undefined && hex !== digestHex(descriptor.digest))
    throw digestMismatch(descriptor.digest, `${algorithm}:${hex}`);
}
