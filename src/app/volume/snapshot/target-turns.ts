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
import { replaceFile } from '#base/files/replace-file.ts';
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
  /** Position of the event with which its snapshot began; absent until that is on the record. */
  started: z.optional(z.int()),
});

/** Whose snapshot is under way, as a file of the home says it. */
export type TurnFile = z.infer<typeof schema>;

/** The right to take a snapshot of a target into a repository. */
export interface TargetTurn {
  /** Notes with which event it began, so that the record can be told should this process die. @throws `FILE_NOT_WRITTEN` */
  began(started: number): Promise<void>;
  release(): void;
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
 * Waits until no other run of this home takes a snapshot of the target into the repository: both would put their dumps and
 * their word on who wrote into the same place. What a dead run left is removed here when {@link leftTurns} was not asked before.
 * @throws `SNAPSHOT_BUSY` after half an hour, `FILE_NOT_WRITTEN`
 */
export async function takeTargetTurn(home: Place, options: TurnOptions): Promise<TargetTurn> {
  const { repository, target, signal, limitMs = LIMIT_MS } = options;
  const path = join(turnsOf(home), repository.name, `${stagingName(target)}.json`);
  const mine: TurnFile = { version: 1, holder: thisProcess(), target, repository };
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
  return {
    began: (started) => replaceFile(path, (append) => append(bytesOf({ ...mine, started })), { mode: 0o600 }),
    release: () => {
      clearInterval(beat);
      rmSync(path, { force: true });
    },
  };
}

/** Turns whose holders died, each given to one caller only: the files are gone afterwards. */
export function leftTurns(home: Place): readonly TurnFile[] {
  const root = turnsOf(home);
  return namesIn(root).flatMap((repository) =>
    namesIn(join(root, repository))
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .flatMap((name) => removeDead(join(root, repository, name)) ?? []),
  );
}

function turnsOf({ directory }: Place): string {
  return join(directory, 'turns');
}

function tryTake(path: string, mine: TurnFile): boolean {
  removeDead(path);
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

/** Takes the file of a dead holder away. Two that do so at once may take the next one's: that is put back. */
function removeDead(path: string): TurnFile | undefined {
  if (!isDead(path)) return undefined;
  const aside = join(dirname(path), `.${randomBytes(6).toString('hex')}`);
  try {
    renameSync(path, aside);
  } catch {
    return undefined;
  }
  try {
    if (isDead(aside)) return readTurn(aside);
    quietly(() => linkSync(aside, path));
    return undefined;
  } finally {
    rmSync(aside, { force: true });
  }
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
