import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { statePath } from '#app/volume/schedules/settings.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { retryAfterMs, type Tried } from '#volume/schedule/due.ts';

const schema = z.object({
  version: z.literal(1),
  units: z.record(
    z.string(),
    z.object({
      doneAt: z.nullable(z.string()),
      failures: z.int(),
      notBefore: z.nullable(z.string()),
      /** Why it failed last. */
      code: z.nullable(z.string()),
    }),
  ),
});

type State = z.infer<typeof schema>;
type Place = Pick<Home, 'directory'>;

/** How far a schedule is, by unit (`volume:NAME`, `stack:NAME`); of one that cannot be read nothing was done. */
export function readScheduleState(home: Place, name: string): ReadonlyMap<string, Tried & { readonly code?: string }> {
  const { units } = readRaw(home, name);
  return new Map(
    Object.entries(units).map(([unit, { doneAt, failures, notBefore, code }]) => [
      unit,
      {
        failures,
        ...(doneAt === null ? {} : { doneAt: new Date(doneAt) }),
        ...(notBefore === null ? {} : { notBefore: new Date(notBefore) }),
        ...(code === null ? {} : { code }),
      },
    ]),
  );
}

function readRaw(home: Place, name: string): State {
  try {
    return schema.parse(JSON.parse(readFileSync(statePath(home, name), 'utf8')));
  } catch {
    return { version: 1, units: {} };
  }
}

/** Notes how a unit went: begun at, and why it failed if it did. @throws `FILE_NOT_WRITTEN` */
export async function noteTried(
  home: Place,
  name: string,
  unit: string,
  how: { readonly begunAt: Date; readonly now: Date; readonly failure?: string },
): Promise<void> {
  const { units } = readRaw(home, name);
  const before = units[unit];
  const failures = (before?.failures ?? 0) + 1;
  const next: State['units'][string] =
    how.failure === undefined
      ? { doneAt: how.begunAt.toISOString(), failures: 0, notBefore: null, code: null }
      : {
          doneAt: before?.doneAt ?? null,
          failures,
          notBefore: new Date(how.now.getTime() + retryAfterMs(failures)).toISOString(),
          code: how.failure,
        };
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, units: { ...units, [unit]: next } }, null, 2)}\n`);
  await replaceFile(statePath(home, name), (append) => append(bytes), { mode: 0o600 });
}
