import { HoldfastError, type Problem } from '#core/errors.ts';
import type { JobProgress, PassDone } from '#volume/engines/engine.ts';
import { type JsonObject, numberAt, objectOf, textAt } from '#volume/engines/restic/json.ts';
import type { Said } from '#volume/engines/restic/said.ts';

/** Reads the output of a backup as it comes. */
export interface SummaryReader {
  readonly line: (line: string) => void;
  /** @throws `RESTIC_SUMMARY_MISSING` */
  done(code: number | undefined, said: Said): PassDone;
}

export function readSummary(progress: (progress: JobProgress) => void = () => undefined): SummaryReader {
  let summary: JsonObject | undefined;
  return {
    line: (line) => {
      const read = objectOf(line);
      if (read === undefined) return;
      const type = textAt(read, 'message_type');
      if (type === 'status') progress(progressOf(read));
      if (type === 'summary') summary = read;
    },
    done: (code, said) => {
      const shortId = summary === undefined ? undefined : textAt(summary, 'snapshot_id');
      if (summary === undefined || shortId === undefined || !/^(?:[0-9a-f]{8}|[0-9a-f]{64})$/.test(shortId)) {
        throw new HoldfastError(
          'RESTIC_SUMMARY_MISSING',
          'restic backup ended without saying which snapshot it made: that there is one is not known',
          { hint: 'Make another snapshot. If it happens again, look whether restic is what is called so.' },
        );
      }
      const added = numberAt(summary, 'data_added_packed') ?? numberAt(summary, 'data_added') ?? 0;
      return {
        kind: code === 0 && said.itemCount === 0 ? 'complete' : 'incomplete',
        shortId,
        bytesProcessed: numberAt(summary, 'total_bytes_processed') ?? 0,
        bytesAdded: added,
        files: numberAt(summary, 'total_files_processed') ?? 0,
        seconds: numberAt(summary, 'total_duration') ?? 0,
        problems: problemsOf(code, said),
      };
    },
  };
}

/** How far a backup or a restore is: the names differ. */
export function progressOf(status: JsonObject): JobProgress {
  const pick = (...names: readonly string[]) =>
    names.map((name) => numberAt(status, name)).find((n) => n !== undefined);
  const entries = {
    bytesDone: pick('bytes_done', 'bytes_restored'),
    bytesTotal: pick('total_bytes'),
    filesDone: pick('files_done', 'files_restored'),
    filesTotal: pick('total_files'),
    secondsLeft: pick('seconds_remaining'),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function problemsOf(code: number | undefined, { items, itemCount, lines }: Said): readonly Problem[] {
  const named = items.map(({ path, message }) => ({
    code: 'RESTIC_SOURCE_UNREADABLE',
    message: message.slice(0, 500),
    ...(path === '' ? {} : { path }),
  }));
  const more = itemCount - items.length;
  if (more > 0) named.push({ code: 'RESTIC_SOURCE_UNREADABLE', message: `${more} more could not be read` });
  if (code !== 0 && named.length === 0) {
    const said = lines.at(-1) ?? 'it does not say what';
    named.push({ code: 'RESTIC_SOURCE_UNREADABLE', message: `Something could not be read: ${said.slice(0, 500)}` });
  }
  return named;
}
