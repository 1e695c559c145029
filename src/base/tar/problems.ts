import { HoldfastError, type Problem } from '#core/errors.ts';

const HINT = 'The archive is damaged or was cut off. Make or fetch it again.';

/** The archive ends where it must not. `at` is the byte where what is cut begins. */
export function truncated(what: string, at: number): Problem {
  return { code: 'TAR_TRUNCATED', message: `The archive ends inside ${shown(what)} (byte ${at})`, hint: HINT };
}

/** The archive ends inside bytes that nobody wanted whole. */
export const TRUNCATED_BODY: Problem = {
  code: 'TAR_TRUNCATED',
  message: "The archive ends inside a file's bytes",
  hint: HINT,
};

export function invalid(message: string): Problem {
  return { code: 'TAR_INVALID', message, hint: HINT };
}

export function tooManyEntries(limit: number): Problem {
  return { code: 'TAR_TOO_MANY_ENTRIES', message: `More than ${limit} entries; the rest was not read`, hint: HINT };
}

export function paxInvalid(name: string): Problem {
  return { code: 'TAR_PAX_INVALID', message: 'A pax record is malformed', path: cut(name) };
}

export function pathRefused(name: string): Problem {
  return {
    code: 'TAR_PATH_REFUSED',
    message: `An entry's name leaves the root or is too long or too deep: ${shown(name)}`,
  };
}

export function sparseInvalid(path: string): Problem {
  return { code: 'TAR_SPARSE_INVALID', message: 'The map of a sparse file is malformed', path };
}

export function sparseTooLarge(path: string, sizeBytes: number): Problem {
  return { code: 'TAR_SPARSE_TOO_LARGE', message: `A sparse file of ${sizeBytes} bytes was not put together`, path };
}

export function notAnArchive(): HoldfastError {
  return new HoldfastError('TAR_NOT_AN_ARCHIVE', 'This is no tar archive: its first block is no header', {
    hint: 'An image archive comes from docker save, skopeo copy or podman save; a layer is a tar, plain or compressed.',
  });
}

function shown(name: string): string {
  return JSON.stringify(cut(name));
}

function cut(name: string): string {
  return name.length > 120 ? `${name.slice(0, 120).toWellFormed()}…` : name;
}
