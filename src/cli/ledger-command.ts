import { readFileSync, statSync } from 'node:fs';
import { requireHome } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { readCheckpointFile } from '#app/home/kept-checkpoints.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { openRecord } from '#app/home/open-record.ts';
import { readTrustedKey } from '#app/home/trusted-key.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { verifyRecord } from '#app/verify-record.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { verificationLines } from '#cli/log/verification-lines.ts';
import { writeOut, writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { checkProof, proveEvent } from '#ledger/prove.ts';
import { checkGrowth, proveGrowth } from '#ledger/prove-growth.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';

/** Options of `holdfast ledger verify`. */
export interface VerifyFlags {
  readonly checkpoint?: readonly string[];
  readonly key?: string;
  readonly format: 'text' | 'json';
  readonly quiet?: true;
}

/** `holdfast ledger verify`. */
export async function verifyCommand(flags: VerifyFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const progress = startProgress(flags.quiet === true);
  try {
    const report = await verifyRecord({
      home: requireHome(environment),
      environment,
      checkpoints: flags.checkpoint ?? [],
      ...(flags.key === undefined ? {} : { key: flags.key }),
      progress: (events) => progress.step(`${events} events`),
    });
    progress.done();
    await writeText(
      flags.format === 'json'
        ? `${JSON.stringify(report, null, 2)}\n`
        : `${verificationLines(report, terminal()).join('\n')}\n`,
    );
    return report.outcome === 'whole' ? exitCodes.done : exitCodes.deny;
  } finally {
    progress.done();
  }
}

/** `holdfast ledger prove`. */
export async function proveCommand(
  position: number,
  out: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const database = await openHomeDatabase(requireHome(environment), environment, 'read');
  try {
    await writeOut(out, [await proveEvent(database, position)]);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

const PROOF_LIMIT_BYTES = 2_000_000;

/** `holdfast ledger check-proof`: needs neither home nor database. */
export async function checkProofCommand(
  file: string,
  flags: { readonly key: string; readonly format: 'text' | 'json' },
): Promise<number> {
  const checked = checkProof(readProof(file), readTrustedKey(flags.key));
  if (flags.format === 'json') {
    const checkpoint = checked.kind === 'proved' && {
      checkpoint: { ...checked.checkpoint, root: checked.checkpoint.root.toString('base64') },
    };
    await writeText(`${JSON.stringify({ ...checked, ...checkpoint }, null, 2)}\n`);
  } else if (checked.kind === 'proved') {
    const { event, checkpoint } = checked;
    await writeText(
      `Proved: event ${event.position} of the ${checkpoint.size} that ${checkpoint.origin} signed for.\n` +
        `${event.at} ${event.actor}: ${event.type}\n${JSON.stringify(event.data, null, 2)}\n`,
    );
  } else await writeText(`NOT proved: ${checked.reason}.\n`);
  return checked.kind === 'proved' ? exitCodes.done : exitCodes.deny;
}

function readProof(file: string): string {
  try {
    if (statSync(file).size <= PROOF_LIMIT_BYTES) return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HoldfastError('PROOF_UNREADABLE', `${file} cannot be read: ${systemCode(cause) ?? 'unknown'}`, {
      kind: 'usage',
      cause,
    });
  }
  throw new HoldfastError('PROOF_UNREADABLE', `${file} is too large for a proof`, { kind: 'usage' });
}

/** `holdfast ledger prove-growth`. */
export async function proveGrowthCommand(
  checkpoint: string,
  out: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const home = requireHome(environment);
  const key = readTrustedKey(homePaths(home.directory).publicKey);
  const { note } = readCheckpointFile(checkpoint);
  const database = await openHomeDatabase(home, environment, 'read');
  try {
    await writeOut(out, [await proveGrowth(database, note, key)]);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** `holdfast ledger check-growth`: needs neither home nor database. */
export async function checkGrowthCommand(
  file: string,
  flags: { readonly since: string; readonly key: string },
): Promise<number> {
  const checked = checkGrowth(readProof(file), readCheckpointFile(flags.since).note, readTrustedKey(flags.key));
  await writeText(
    checked.kind === 'proved'
      ? `Proved: the record of ${checked.to.size} events is that of ${checked.from.size}, and what came after it.\n`
      : `NOT proved: ${checked.reason}.\n`,
  );
  return checked.kind === 'proved' ? exitCodes.done : exitCodes.deny;
}

/** `holdfast ledger checkpoint`. */
export async function checkpointCommand(out: string | undefined, environment: NodeJS.ProcessEnv): Promise<number> {
  const database = await openHomeDatabase(requireHome(environment), environment, 'read');
  try {
    const latest = await database.read(latestCheckpoint);
    if (latest === undefined) throw new HoldfastError('LEDGER_EMPTY', 'Nothing is on the record yet');
    await writeOut(out, [latest.note]);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** `holdfast ledger key`. */
export async function keyCommand(environment: NodeJS.ProcessEnv): Promise<number> {
  const { directory } = requireHome(environment);
  await writeText(readFileSync(homePaths(directory).publicKey, 'utf8'));
  return exitCodes.done;
}

/** `holdfast ledger rebuild`. */
export async function rebuildCommand(ids: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const chosen = ids.length === 0 ? PROJECTIONS : PROJECTIONS.filter(({ id }) => ids.includes(id));
  const unknown = ids.find((id) => !PROJECTIONS.some((projection) => projection.id === id));
  if (unknown !== undefined) {
    throw new HoldfastError('USAGE', `${JSON.stringify(unknown)} is no read model`, {
      kind: 'usage',
      hint: `There are ${PROJECTIONS.map(({ id }) => id).join(', ')}.`,
    });
  }
  const record = await openRecord(requireHome(environment), environment, recordClock);
  const progress = startProgress(false);
  try {
    for (const projection of chosen) {
      progress.step(`Rebuilding ${projection.id}`);
      await record.ledger.rebuild([projection]);
    }
  } finally {
    progress.done();
    printProblems(await record.close());
  }
  await writeText(`Rebuilt: ${chosen.map(({ id }) => id).join(', ')}.\n`);
  return exitCodes.done;
}
