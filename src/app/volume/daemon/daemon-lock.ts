import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { type Holder, holderState, isSameHolder } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';

const schema = z.object({
  version: z.literal(1),
  holder: holderSchema,
});

/** One that took the file over at the same time would have done so by then. */
const SETTLED_MS = 200;

/** The right to be the daemon of a home. */
export interface DaemonLock {
  /** @throws `DAEMON_RUNNING` when another has it meanwhile */
  refuseLost(): void;
  release(): void;
}

/**
 * Makes this process the daemon of a home. What a dead one left is taken over.
 * @throws `DAEMON_RUNNING`, `FILE_NOT_WRITTEN`
 */
export async function takeDaemonLock({ directory }: Pick<Home, 'directory'>, self: Holder): Promise<DaemonLock> {
  const path = join(directory, 'daemon.json');
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, holder: self })}\n`);
  const refuseOther = () => {
    const holder = holderIn(path);
    if (holder !== undefined && !isSameHolder(holder, self)) throw running(holder, path);
  };
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const holder = holderIn(path);
    if (holder !== undefined && holderState(holder, self) !== 'dead') throw running(holder, path);
    await replaceFile(path, (append) => append(bytes), { mode: 0o600 });
    await sleep(SETTLED_MS);
    refuseOther();
  }
  return {
    refuseLost: refuseOther,
    release: () => {
      const holder = holderIn(path);
      if (holder !== undefined && isSameHolder(holder, self)) rmSync(path, { force: true });
    },
  };
}

function holderIn(path: string): Holder | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8'))).holder;
  } catch {
    return undefined;
  }
}

function running({ pid, host }: Holder, path: string): HoldfastError {
  return new HoldfastError('DAEMON_RUNNING', `Another daemon works with this home: process ${pid} of ${host}`, {
    path,
    hint: `There is one for each home. Should it be gone, on a machine that cannot be seen from here, remove ${path}.`,
  });
}
