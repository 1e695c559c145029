import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Home } from '#app/home/home.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { systemCode } from '#core/errors.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';
import { cursorSchema } from '#volume/observe/cursor.ts';

const schema = z.object({
  version: z.literal(1),
  watch: z.string(),
  engine: z.string(),
  address: z.string(),
  /** Up to here everything is on the ledger; null: the engine has told of nothing yet. */
  cursor: z.nullable(cursorSchema),
  /** When this was written: ISO 8601. The run lived at least until then. */
  at: z.string(),
  /** The process that wrote it. */
  holder: holderSchema,
});

/** How far the observer of an engine is: a small file, as the ledger is no place for what changes every second. */
export type Heartbeat = z.infer<typeof schema>;

function pathOf({ directory }: Pick<Home, 'directory'>, engine: string): string {
  return join(directory, 'observer', `${createHash('sha256').update(engine).digest('hex').slice(0, 32)}.json`);
}

/** Undefined when the engine was never watched, and when the file is none of ours: then a new watch begins. */
export function readHeartbeat(home: Pick<Home, 'directory'>, engine: string): Heartbeat | undefined {
  try {
    const heartbeat = schema.parse(JSON.parse(readFileSync(pathOf(home, engine), 'utf8')));
    return heartbeat.engine === engine ? heartbeat : undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** On disk when it resolves. @throws `FILE_NOT_WRITTEN` */
export async function writeHeartbeat(
  home: Pick<Home, 'directory'>,
  heartbeat: Omit<Heartbeat, 'version'>,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify({ version: 1, ...heartbeat })}\n`);
  await replaceFile(pathOf(home, heartbeat.engine), (append) => append(bytes), { mode: 0o600 });
}
