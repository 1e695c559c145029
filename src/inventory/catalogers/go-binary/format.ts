/** The bytes that build information starts with, aligned to {@link ALIGNMENT} (Go's debug/buildinfo). */
export const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');

export const ALIGNMENT = 16;

/** Longest text about modules that is read. */
export const BUILD_INFO_LIMIT_BYTES = 16 * 1024 * 1024;
