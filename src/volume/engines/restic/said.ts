import { type JsonObject, objectOf, textAt } from '#volume/engines/restic/json.ts';

/** What restic wrote to standard error. */
export interface Said {
  /** The first and the last of it, without secrets. */
  readonly lines: readonly string[];
  /** What could not be read or written, one entry an item; the first of them. */
  readonly items: readonly { readonly path: string; readonly message: string }[];
  /** How many there were. */
  readonly itemCount: number;
}

const MOST_LINES = 100;
const MOST_ITEMS = 100;
const MOST_CHARACTERS = 2000;
/** Hiding shorter ones would hide every other word, too. */
const LEAST_SECRET = 6;

/** Keeps standard error within bounds, and leaves secrets out of it. */
export function keepSaid(secrets: readonly string[]): { add(line: string): void; said(): Said } {
  const first: string[] = [];
  const last: string[] = [];
  const items: { path: string; message: string }[] = [];
  let itemCount = 0;
  const hidden = secrets.filter((secret) => secret.length >= LEAST_SECRET);
  const clean = (text: string) =>
    hidden
      .reduce((shown, secret) => shown.replaceAll(secret, '***'), text.slice(0, MOST_CHARACTERS * 2))
      .slice(0, MOST_CHARACTERS);
  return {
    add: (raw) => {
      const read = objectOf(raw);
      const line = clean(read === undefined ? raw : (sentenceOf(read) ?? raw));
      if (read !== undefined && textAt(read, 'message_type') === 'error') {
        itemCount += 1;
        if (items.length < MOST_ITEMS) items.push({ path: textAt(read, 'item') ?? '', message: line });
      }
      if (line.trim() === '') return;
      if (first.length < MOST_LINES) first.push(line);
      else {
        last.push(line);
        if (last.length > MOST_LINES) last.shift();
      }
    },
    said: () => ({ lines: [...first, ...last], items, itemCount }),
  };
}

/** Of `{"message_type":"error","error":{…}}` and of `{"message_type":"exit_error","message":…}`. */
function sentenceOf(read: JsonObject): string | undefined {
  const error = read['error'];
  if (typeof error === 'object' && error !== null && !Array.isArray(error)) {
    const inner: JsonObject = { ...error };
    // 0.14 writes the error of Go as an object: {Op, Path, Err}.
    return textAt(inner, 'message') ?? goError(inner) ?? unnamed(read);
  }
  return textAt(read, 'message') ?? (typeof error === 'string' ? error : undefined);
}

/** It also writes errors whose parts Go does not show as `{}`. */
function unnamed(read: JsonObject): string | undefined {
  const [item, during] = [textAt(read, 'item'), textAt(read, 'during')];
  if (item === undefined) return undefined;
  return `${item} could not be read${during === undefined ? '' : ` (${during})`}; restic does not say why`;
}

function goError(error: JsonObject): string | undefined {
  const [operation, path, number] = [textAt(error, 'Op'), textAt(error, 'Path'), error['Err']];
  if (operation === undefined || path === undefined) return undefined;
  const why = typeof number === 'number' ? (ERRNO.get(number) ?? `error ${number}`) : 'failed';
  return `${operation} ${path}: ${why}`;
}

const ERRNO: ReadonlyMap<number, string> = new Map([
  [1, 'operation not permitted'],
  [2, 'no such file or directory'],
  [5, 'input/output error'],
  [13, 'permission denied'],
  [28, 'no space left on device'],
  [40, 'too many levels of symbolic links'],
  [116, 'stale file handle'],
]);
