import { initDatabase } from '#app/home/init-database.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { HoldfastError } from '#core/errors.ts';

/** Options of `holdfast db-init`. */
export interface DbInitFlags {
  readonly writer: string;
  readonly ownerUrl?: string;
  readonly format: 'text' | 'json';
}

/** `holdfast db-init`. */
export async function dbInitCommand(flags: DbInitFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const ownerUrl = flags.ownerUrl ?? environment['HOLDFAST_OWNER_DATABASE'];
  if (!ownerUrl) {
    throw new HoldfastError('USAGE', 'No address with the owner of the tables is given', {
      kind: 'usage',
      hint: 'Set HOLDFAST_OWNER_DATABASE=postgres://... or give --owner-url.',
    });
  }
  const done = await initDatabase(ownerUrl, flags.writer);
  printProblems(done.problems);
  if (flags.format === 'json') {
    await writeText(`${JSON.stringify(done, null, 2)}\n`);
    return exitCodes.done;
  }
  const { schema, from, to, writer, writerMade, dropped } = done;
  const lines = [
    from === to
      ? `The ledger’s tables are in schema ${schema}, at version ${to} as before.`
      : `The ledger’s tables are in schema ${schema}, now at version ${to}.`,
    ...(writerMade
      ? [`Made the role ${writer}. It has no password yet: psql sets one, with \\password`]
      : [`The role ${writer} was there already.`]),
    `${writer} may read and add events; it cannot change or delete them.`,
    ...(dropped.length === 0
      ? []
      : [`Read models that another role had made are built anew when they are needed: ${dropped.join(', ')}.`]),
    '',
    `Next, where holdfast runs: set HOLDFAST_DATABASE=postgres://${writer}:...@HOST/DATABASE, and then: holdfast init`,
  ];
  await writeText(`${lines.join('\n')}\n`);
  return exitCodes.done;
}
