/** What it takes to undo what a guarded command did to data. */
export interface Rollback {
  readonly repository: string;
  /** `--engine`, where that was given. */
  readonly engine?: string;
  readonly snapshots: readonly {
    /** A volume's name, or the absolute path of a directory of the host. */
    readonly name: string;
    readonly snapshot: string;
    /** It is not there any more. */
    readonly gone: boolean;
  }[];
  /** Names of images that stand for others now, and what they stood for. */
  readonly images: readonly { readonly reference: string; readonly id: string }[];
  /** The client of the engine, for those. */
  readonly client: readonly string[];
  /** What starts the stack anew with them. */
  readonly start?: readonly string[];
}

/** One line of shell that puts the data back: in place, or where it was when that has gone. Empty when nothing was taken. */
export function rollbackLine({ repository, engine, snapshots, images, client, start }: Rollback): string {
  const restores = snapshots.map(({ name, snapshot, gone }) => {
    const isBind = name.startsWith('/');
    const what = isBind ? ['--bind', name] : ['--volume', name];
    const where = gone ? [isBind ? '--target' : '--to', name] : ['--in-place'];
    const more = engine === undefined ? [] : ['--engine', engine];
    return ['holdfast', 'volume', 'restore', snapshot.slice(0, 12), ...what, ...where, '--repo', repository, ...more];
  });
  const tags = images.map(({ reference, id }) => [...client, 'tag', id, reference]);
  const started = images.length === 0 || start === undefined ? [] : [start];
  return [...tags, ...restores, ...started].map((words) => words.map(quoted).join(' ')).join(' && ');
}

/** A word as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
