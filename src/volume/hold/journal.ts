import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { removeAbandoned } from '#base/files/abandoned.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { makeSyncedDirectory, syncDirectory } from '#base/files/sync-directory.ts';
import { writing } from '#base/files/writing.ts';
import { systemCode } from '#core/errors.ts';
import {
  type Deadline,
  formatDeadline,
  formatIntent,
  formatStep,
  type HoldIntent,
  type HoldStep,
  type ParsedHold,
  parseHold,
} from '#volume/hold/hold-record.ts';
import type { Holder } from '#volume/hold/holder.ts';

/*
 * One file a hold, `ID.hold`. Its first line, all that is about to be done, is on disk under its name before the engine is
 * asked. Later lines say how far it is; the file goes when all is released. Whoever releases the hold of another first
 * renames the file to `ID.hold.CLAIM`: a rename has one winner, so nobody releases with an old view what has been held
 * anew. The claim says who it was, so that it can be taken over when that one has died, too.
 */

const NAME = /^([0-9a-f]{16})\.hold(?:\.([0-9]+-[0-9]+-[0-9a-f]{8}-[0-9]*-[0-9a-f]{8}))?$/;
const LIMIT_BYTES = 8 * 1024 * 1024;

/** A hold's file that is open for lines. */
export interface OpenHold {
  /** Adds a line; `synced`: it is on disk when this returns. @throws `FILE_NOT_WRITTEN` */
  step(container: number, step: HoldStep, synced: boolean): void;
  /** @throws `FILE_NOT_WRITTEN` */
  deadline(deadline: Deadline): void;
  /** Whether it is still this process that the hold belongs to; a watchdog may have lost patience. */
  isOurs(): boolean;
  /** Ends the hold: the file goes, for good. */
  clear(): void;
  /** Lets go of the file and leaves it to others. */
  leave(): void;
}

/** A file of the journal. */
export interface JournalFile {
  readonly name: string;
  readonly path: string;
  /** Of the hold. */
  readonly id: string;
  /** Who is releasing it. */
  readonly claim?: Claim;
  readonly hold: ParsedHold;
}

/** Who claimed a file, and when. */
export interface Claim {
  readonly token: string;
  readonly since: Date;
}

/** What else lies in the journal's directory; nobody touches it. */
export interface ForeignFile {
  readonly path: string;
}

/**
 * Writes what is about to be done; when this returns, it outlasts a loss of power.
 * @throws `FILE_NOT_WRITTEN`
 */
export async function beginHold(directory: string, intent: HoldIntent): Promise<OpenHold> {
  writing(directory, () => makeSyncedDirectory(directory));
  const path = join(directory, `${intent.id}.hold`);
  await replaceFile(path, (append) => append(Buffer.from(formatIntent(intent))), { mode: 0o600 });
  return openHold(directory, path);
}

/** Opens a file that is there for more lines. @throws `FILE_NOT_WRITTEN` */
export function openHold(directory: string, path: string): OpenHold {
  const fd = writing(path, () => openSync(path, 'a', 0o600));
  let open = true;
  const append = (line: string, synced: boolean) =>
    writing(path, () => {
      writeSync(fd, line);
      if (synced) fsyncSync(fd);
    });
  const leave = () => {
    if (open) closeSync(fd);
    open = false;
  };
  return {
    step: (container, step, synced) => append(formatStep(container, step), synced),
    deadline: (deadline) => append(formatDeadline(deadline), false),
    isOurs: () => statSync(path, { throwIfNoEntry: false }) !== undefined,
    clear: () => {
      leave();
      rmSync(path, { force: true });
      syncDirectory(directory);
    },
    leave,
  };
}

/** All that is in the journal, oldest id first; nothing where there is no directory. Throws the system's other errors. */
export function readJournal(directory: string): {
  readonly files: readonly JournalFile[];
  readonly foreign: readonly ForeignFile[];
} {
  const files: JournalFile[] = [];
  const foreign: ForeignFile[] = [];
  for (const name of namesIn(directory)) {
    const match = NAME.exec(name);
    const path = join(directory, name);
    const id = match?.[1];
    if (id === undefined) {
      // Written beside and renamed: what has this name was not yet a hold.
      if (!(name.startsWith('.') && name.endsWith('.tmp'))) foreign.push({ path });
      continue;
    }
    const hold = readHold(path);
    if (hold === undefined) continue;
    const token = match?.[2];
    const found = statSync(path, { throwIfNoEntry: false });
    files.push({
      name,
      path,
      id,
      ...(token === undefined || found === undefined ? {} : { claim: { token, since: found.ctime } }),
      hold,
    });
  }
  return { files, foreign };
}

/** Undefined when the file has gone. */
export function readHold(path: string): ParsedHold | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile()) return { kind: 'unreadable', why: 'it is no file' };
    if (found.size > LIMIT_BYTES) return { kind: 'unreadable', why: 'it is too large' };
    return parseHold(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    return { kind: 'unreadable', why: `it cannot be read (${code ?? String(error)})` };
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).sort();
    removeAbandoned(directory, '.');
    return names;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a file this process's; its new path, undefined when another was faster. */
export function claimHold(directory: string, file: JournalFile, self: Holder): string | undefined {
  const path = join(directory, `${file.id}.hold.${claimToken(self)}`);
  if (path === file.path) return path;
  try {
    renameSync(file.path, path);
    return path;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A process in a file's name. */
export function claimToken({ pid, startTicks, bootId, namespace, host }: Holder): string {
  return [pid, startTicks, short(bootId), namespace, short(host)].join('-');
}

/** The process of a token, as one who can only compare with `self` knows it. */
export function claimer(token: string, self: Holder): Holder {
  const [pid = '', startTicks = '', boot = '', namespace = '', host = ''] = token.split('-');
  return {
    pid: Number(pid),
    startTicks: Number(startTicks),
    bootId: boot === short(self.bootId) ? self.bootId : boot,
    namespace,
    host: host === short(self.host) ? self.host : host,
  };
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
