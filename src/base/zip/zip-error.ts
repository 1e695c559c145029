import { HoldfastError } from '#core/errors.ts';

/** The archive's structure cannot be followed. */
export function zipCorrupt(why: string): HoldfastError {
  return new HoldfastError('ZIP_CORRUPT', `The ZIP archive is damaged or was cut off: ${why}`, {
    hint: 'Fetch the archive again.',
  });
}

/** One entry cannot be read; others may be. */
export function zipEntryInvalid(name: string, why: string): HoldfastError {
  return new HoldfastError('ZIP_ENTRY_INVALID', `${JSON.stringify(name.slice(0, 200))} cannot be read: ${why}`);
}

/** A limit was reached. */
export function zipLimit(why: string): HoldfastError {
  return new HoldfastError('ZIP_LIMIT', `The ZIP archive is larger than allowed: ${why}`, {
    hint: 'This is how an archive bomb looks. Nothing more of it was read.',
  });
}
