import { HoldfastError, type Problem } from '#core/errors.ts';
import type { SelectedLayer } from '#source/archive/selected-image.ts';

/** The error for a layout whose descriptions make no sense. */
export function archiveInvalid(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('ARCHIVE_INVALID', `The image archive cannot be read: ${why}`, {
    hint: 'It is damaged or was cut off. Make it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function layerCount(diffIds: number, layers: number): HoldfastError {
  return archiveInvalid(`its config speaks of ${diffIds} layers, its manifest of ${layers}`);
}

/** The error for bytes that are not what they are called. */
export function digestMismatch(what: string, expected: string, actual: string): HoldfastError {
  return new HoldfastError('IMAGE_DIGEST_MISMATCH', `${what} should be ${expected} but is ${actual}`, {
    path: expected,
    hint: 'The image was damaged or tampered with on its way. Fetch it again; nothing of it was believed.',
  });
}

/** Passes when a blob has as many bytes as its descriptor says. @throws `BLOB_SIZE_MISMATCH` */
export function checkSize({ path, sizeBytes }: SelectedLayer, actualBytes: number): void {
  if (sizeBytes === undefined || sizeBytes === actualBytes) return;
  throw new HoldfastError('BLOB_SIZE_MISMATCH', `A blob should have ${sizeBytes} bytes but has ${actualBytes}`, {
    path,
    hint: 'The archive was cut off or tampered with. Make it again.',
  });
}

export function missingLayer(path: string): HoldfastError {
  const shown = JSON.stringify(path.slice(0, 200).toWellFormed());
  return new HoldfastError('IMAGE_LAYER_MISSING', `The manifest names a layer that is not there: ${shown}`, {
    path,
    hint: 'The archive was cut off or was made wrongly. Make it again.',
  });
}

/** The error for a manifest or config that is too long to be one. */
export function descriptionTooLarge(sizeBytes: number, limitBytes: number, path?: string): HoldfastError {
  return new HoldfastError('FILE_TOO_LARGE', `A description of ${sizeBytes} bytes is larger than ${limitBytes}`, {
    hint: 'Manifests and configs are a few kilobytes: this is no image, or a hostile one.',
    ...(path === undefined ? {} : { path }),
  });
}

/** Says with an error what is wrong with the archive as a whole, which is mostly why. */
export function explained<T>(problems: readonly Problem[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    const [first] = problems;
    if (first === undefined || !(error instanceof HoldfastError)) throw error;
    const { code, message, hint, path, kind, cause } = error;
    throw new HoldfastError(code, `${message}. ${first.message}`, {
      kind,
      cause,
      ...(first.hint === undefined && hint === undefined ? {} : { hint: first.hint ?? hint ?? '' }),
      ...(path === undefined ? {} : { path }),
    });
  }
}
