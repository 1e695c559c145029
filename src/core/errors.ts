/** What went wrong in one place while the work went on: the result is then incomplete and says so. */
export interface Problem {
  /** Stable code, for example `TAR_TRUNCATED`. */
  readonly code: string;
  /** One sentence with the offending value. */
  readonly message: string;
  /** Where: a path inside the image, a layer's digest, or a file's name. */
  readonly path?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** How an error maps to an exit code or an HTTP status; decided where it is thrown, mapped only at the edges. */
export type ErrorKind = 'usage' | 'failed';

export interface ErrorDetails {
  readonly hint?: string;
  readonly path?: string;
  readonly cause?: unknown;
  readonly kind?: ErrorKind;
}

/** The one error class: a stable code, a sentence, and what to do next. Never shown with a stack trace. */
export class HoldfastError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly kind: ErrorKind;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.hint = details.hint;
    this.path = details.path;
    this.kind = details.kind ?? 'failed';
  }
}

/** The problem that an error becomes when the work can go on without what failed. Unknown errors are `INTERNAL`. */
export function problemOf(error: unknown, path?: string): Problem {
  if (error instanceof HoldfastError) {
    const where = error.path ?? path;
    return {
      code: error.code,
      message: error.message,
      ...(where === undefined ? {} : { path: where }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error);
  return { code: code ?? 'INTERNAL', message, ...(path === undefined ? {} : { path }) };
}

/** The operating system's code (`ENOENT`, `EACCES` …) of a failed call, if it is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
