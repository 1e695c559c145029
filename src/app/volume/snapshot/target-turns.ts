import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { type Holder, holderState, thisProcess } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';
import { stagingName } from '#volume/snapshot/tags.ts';

const schema = z.object({
  version: z.literal(1),
  holder: holderSchema,
  target: z.string(),
  repository: z.object({ name: z.string(), id: z.string() }),
  /** Of the event with which its snapshot begins, should it come to that. */
  key: z.string(),
});

/** Whose snapshot is under way, as a file of the home says it. */
export type TurnFile = z.infer<typeof schema>;

/** The right to take a snapshot of a target into a repository. */
export interface TargetTurn {
  /** What the snapshot’s first event is to be appended with: by it, its end can be told should this process die. */
  readonly key: string;
  release(): void;
  /** Lets others have it, and leaves word that the record was not told how the snapshot ended; `release` does nothing then. */
  leave(): void;
}

/** A snapshot that has ended, if it ever began, and the record may not have been told. */
export interface OwedEnd extends TurnFile {
  /** It has been told now. */
  settled(): void;
}

export interface TurnOptions {
  readonly repository: TurnFile['repository'];
  /** A volume's name, or an absolute path. */
  readonly target: string;
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

type Place = { readonly directory: string };

const LIMIT_MS = 30 * 60_000;
const POLL_MS = 100;
const BEAT_MS = 5_000;
/** Of a holder that cannot be seen from here, such as one in a container that has gone. */
const SILENT_MS = 60_000;
/**
 * What a turn's file becomes, with something of chance in its name, when the record may not know how its snapshot ended: of a
 * dead holder, and of one that said so itself.
 */
const DEAD = '.dead';
const LEFT = '.left';

/**
 * Waits until no other run of this home takes a snapshot of the target into the repository: both would put their dumps and
 * their word on who wrote into the same place. What a dead run left is kept for {@link owedEnds}.
 * @throws `SNAPSHOT_BUSY` after half an hour, `FILE_NOT_WRITTEN`
 */
export async function takeTargetTurn(home: Place, options: TurnOptions): Promise<TargetTurn> {
  const { repository, target, signal, limitMs = LIMIT_MS } = options;
  const path = join(turnsOf(home), repository.name, `${stagingName(target)}.json`);
  const key = `snapshot:${randomBytes(12).toString('hex')}`;
  const mine: TurnFile = { version: 1, holder: thisProcess(), target, repository, key };
  const untilMs = performance.now() + limitMs;
  while (!tryTake(path, mine)) {
    signal?.throwIfAborted();
    if (performance.now() > untilMs) {
      const { pid, host } = readTurn(path)?.holder ?? { pid: '?', host: '?' };
      throw new HoldfastError('SNAPSHOT_BUSY', `Process ${pid} of ${host} takes a snapshot of ${target}`, {
        path,
        hint: 'Wait for it, or end it. Nothing was done.',
      });
    }
    await sleep(POLL_MS);
  }
  const beat = setInterval(() => quietly(() => utimesSync(path, new Date(), new Date())), BEAT_MS);
  beat.unref();
  let open = true;
  const end = (act: () => void) => {
    clearInterval(beat);
    if (open) act();
    open = false;
  };
  return {
    key,
    release: () => end(() => rmSync(path, { force: true })),
    leave: () => end(() => quietly(() => renameSync(path, asideOf(path, LEFT)))),
  };
}

/** Ends that the record has to be told of. Who has told it says so; others may be told of the same meanwhile. */
export function owedEnds(home: Place): readonly OwedEnd[] {
  const root = turnsOf(home);
  return namesIn(root).flatMap((repository) => {
    const directory = join(root, repository);
    for (const name of namesIn(directory)) if (name.endsWith('.json')) putDeadAside(join(directory, name));
    return namesIn(directory).flatMap((name): OwedEnd[] => {
      const path = join(directory, name);
      if (!name.endsWith(LEFT) && !(name.endsWith(DEAD) && isDead(path))) return [];
      const settled = () => rmSync(path, { force: true });
      const turn = readTurn(path);
      if (turn !== undefined) return [{ ...turn, settled }];
      settled();
      return [];
    });
  });
}

function turnsOf({ directory }: Place): string {
  return join(directory, 'turns');
}

function tryTake(path: string, mine: TurnFile): boolean {
  putDeadAside(path);
  return writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, bytesOf(mine), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

/**
 * Takes the file of a dead holder away; what it says stays beside it. Two that do so at once may take the next one's: that
 * is put back.
 */
function putDeadAside(path: string): void {
  if (!isDead(path)) return;
  const aside = asideOf(path, DEAD);
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (isDead(aside)) return;
  quietly(() => linkSync(aside, path));
  rmSync(aside, { force: true });
}

function asideOf(path: string, ending: string): string {
  return `${path}.${randomBytes(6).toString('hex')}${ending}`;
}

/** What cannot be read, or is cut off, is of somebody who is at it, or was. */
function isDead(path: string): boolean {
  try {
    const silentMs = Date.now() - statSync(path).mtimeMs;
    const state = stateOf(readTurn(path)?.holder);
    return state === 'dead' || (state === 'elsewhere' && silentMs > SILENT_MS);
  } catch {
    return false;
  }
}

function stateOf(holder: Holder | undefined): ReturnType<typeof holderState> {
  return holder === undefined ? 'elsewhere' : holderState(holder, thisProcess());
}

function readTurn(path: string): TurnFile | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function bytesOf(file: TurnFile): Buffer {
  return Buffer.from(`${JSON.stringify(file)}\n`);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // It has gone meanwhile.
  }
}
