import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EngineControl } from '#base/engine/engine.ts';
import { leavingRoom } from '#base/files/leaving-room.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { DUMP_HOOKS } from '#volume/dump/list.ts';
import { type DumpStream, type DumpTarget, openCommandDump, openDump } from '#volume/dump/run-dump.ts';
import type { PlannedWriter } from '#volume/snapshot/choose.ts';

/** The dumps that lie in a directory, and those that could not be had. */
export interface WrittenDumps {
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  /** Dumps that nobody asked for and that the image has no tool for: nothing is missing without them. */
  readonly notes: readonly Problem[];
}

/**
 * Writes the dumps of the databases that run into a directory (0700), a file each, checked to their last byte. One that
 * fails is a problem: the files of the volume are copied consistently all the same.
 */
export async function writeDumps(
  engine: EngineControl,
  writers: readonly PlannedWriter[],
  directory: string,
  signal: AbortSignal,
): Promise<WrittenDumps> {
  const names: string[] = [];
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  for (const writer of writers) {
    let written: string | undefined;
    try {
      for (const { name, content } of await streamsOf(engine, writer, signal)) {
        const path = join(writer.container.name, name);
        const file = join(directory, path);
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        written = file;
        await pipeline(
          Readable.from(leavingRoom(content, directory, (free) => noSpace(directory, free))),
          createWriteStream(file, { mode: 0o600 }),
        );
        names.push(path);
      }
    } catch (error) {
      signal.throwIfAborted();
      // The part of it that came must not be taken for the whole.
      if (written !== undefined) rmSync(written, { force: true });
      const { code, message, hint } = problemOf(error);
      const [method] = writer.plan.methods;
      const unasked = code === 'DUMP_TOOL_MISSING' && method?.kind === 'dump' && method.asked !== true;
      const told = { code, message: `No dump of ${writer.container.name}: ${message}` };
      if (unasked) notes.push({ ...told, ...(hint === undefined ? {} : { hint }) });
      else problems.push(told);
    }
  }
  return { names, problems, notes };
}

/** A dump without an end must not fill the disk that the record is on. */
function noSpace(directory: string, freeBytes: number): HoldfastError {
  return new HoldfastError('DUMP_NO_SPACE', `There are only ${freeBytes} bytes left on the disk of ${directory}`, {
    hint: 'Dumps lie in the home until they are stored: give it more room, or name another way with the label holdfast.volume.method.',
  });
}

async function streamsOf(
  engine: EngineControl,
  { container, facts, plan }: PlannedWriter,
  signal: AbortSignal,
): Promise<readonly DumpStream[]> {
  const [method] = plan.methods;
  const target: DumpTarget = {
    ...{ engine, container: container.id, name: container.name },
    ...{ signal, silenceMs: plan.dumpSilenceMs },
  };
  if (method?.kind === 'dump-command') {
    const user = method.user === undefined ? {} : { user: method.user };
    return [openCommandDump({ ...target, ...user }, method.command, 'dump')];
  }
  const hook = method?.kind === 'dump' ? DUMP_HOOKS.find(({ id }) => id === method.hook) : undefined;
  return hook === undefined ? [] : openDump(target, hook, facts);
}
