import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { homeDirectory } from '#app/home/home-directory.ts';
import type { LabelledCommand } from '#app/volume/snapshot/around/run-command.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import { systemCode } from '#core/errors.ts';
import type { Holder } from '#volume/hold/holder.ts';
import { holderSchema } from '#volume/hold/holder-schema.ts';

const text = z.string().check(z.maxLength(64 * 1024));
const schema = z.object({
  holdfast: z.literal('commands'),
  version: z.literal(1),
  engine: text,
  holder: holderSchema,
  at: text,
  after: z
    .array(z.object({ container: text, name: text, label: text, argv: z.array(text), user: z.optional(text) }))
    .check(z.maxLength(10_000)),
});

/** Commands that are still to be run, whoever does it. */
export interface OwedCommands {
  /** The engine, as `DOCKER_HOST` would name it. */
  readonly engine: string;
  readonly holder: Holder;
  /** ISO 8601. */
  readonly at: string;
  readonly after: readonly LabelledCommand[];
}

/** Where they stand. */
export function commandsDirectory(environment: NodeJS.ProcessEnv): string {
  return join(homeDirectory(environment), 'commands');
}

/** Writes down what is owed; when this is done, it outlasts a loss of power. The result takes it away. @throws `FILE_NOT_WRITTEN` */
export async function oweCommands(directory: string, owed: OwedCommands): Promise<() => void> {
  const path = join(directory, `${randomBytes(8).toString('hex')}.json`);
  const bytes = Buffer.from(`${JSON.stringify({ holdfast: 'commands', version: 1, ...owed })}\n`);
  await replaceFile(path, (append) => append(bytes), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** What stands there. Files that cannot be read are named. */
export function readOwed(directory: string): readonly { readonly path: string; readonly owed?: OwedCommands }[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => /^[0-9a-f]{16}\.json$/.test(name))
    .map((name) => {
      const path = join(directory, name);
      try {
        const { holdfast: _, version: __, ...owed } = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
        const after = owed.after.map(({ user, ...command }) => ({
          ...command,
          ...(user === undefined ? {} : { user }),
        }));
        return { path, owed: { ...owed, after } };
      } catch {
        return { path };
      }
    });
}
