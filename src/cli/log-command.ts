import { setTimeout as delay } from 'node:timers/promises';
import type { LogEntry } from '#api/log-entry.ts';
import { EVENTS } from '#app/events.ts';
import { requireHome } from '#app/home/home.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { type LogFilter, lastOfLog, logEntry, readLog } from '#app/log.ts';
import { readMoment } from '#app/read-moment.ts';
import type { Database } from '#base/database/database.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { CSV_HEAD, csvLine } from '#cli/log/log-csv.ts';
import { logDetail, logTable } from '#cli/log/log-table.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { type EventCatalogue, eventCatalogue } from '#ledger/catalogue.ts';
import { readEventAt } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** Options of `holdfast log`, as the command line gives them. */
export interface LogFlags {
  readonly since?: string;
  readonly until?: string;
  readonly type?: readonly string[];
  readonly subject?: string;
  readonly actor?: string;
  readonly outcome?: string;
  readonly limit: number;
  readonly follow?: true;
  readonly format: 'table' | 'json' | 'jsonl' | 'csv';
}

const POLL_MS = 500;

/** `holdfast log`. */
export async function logCommand(flags: LogFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const now = clock(environment);
  const filter: LogFilter = {
    ...(flags.since === undefined ? {} : { since: readMoment(flags.since, now) }),
    ...(flags.until === undefined ? {} : { until: readMoment(flags.until, now) }),
    ...(flags.type === undefined ? {} : { types: flags.type }),
    ...(flags.subject === undefined ? {} : { subject: flags.subject }),
    ...(flags.actor === undefined ? {} : { actor: flags.actor }),
    ...(flags.outcome === undefined ? {} : { outcome: flags.outcome }),
  };
  if (flags.follow === true && flags.format === 'json') {
    throw new HoldfastError('USAGE', 'json is one list, which has an end', {
      kind: 'usage',
      hint: 'Follow with --format jsonl.',
    });
  }
  const catalogue = eventCatalogue(EVENTS);
  const database = await openHomeDatabase(requireHome(environment), environment, 'read');
  try {
    const entries = await lastOfLog(database, catalogue, filter, flags.limit);
    await print(entries, flags, true);
    if (flags.follow === true) await follow(database, catalogue, filter, flags, entries.at(-1)?.position);
    return exitCodes.done;
  } finally {
    await database.close();
  }
}

/** Until the reader goes away or the program is stopped. */
async function follow(
  database: Database<LedgerTables>,
  catalogue: EventCatalogue,
  filter: LogFilter,
  flags: LogFlags,
  shown: number | undefined,
): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  let after = shown ?? 0;
  while (!stop.signal.aborted && !process.stdout.destroyed) {
    for await (const entry of readLog(database, catalogue, { ...filter, after }, 'oldest-first')) {
      await print([entry], flags, false);
      after = entry.position;
    }
    await delay(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

async function print(entries: readonly LogEntry[], { format }: LogFlags, first: boolean): Promise<void> {
  switch (format) {
    case 'json':
      return writeText(`${JSON.stringify(entries, null, 2)}\n`);
    case 'jsonl':
      return writeText(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    case 'csv':
      return writeText(`${first ? CSV_HEAD : ''}${entries.map(csvLine).join('')}`);
    case 'table': {
      if (entries.length === 0) return first ? writeText('Nothing on the record fits.\n') : undefined;
      const { width, paint } = terminal();
      return writeText(`${logTable(entries, width, paint, first).join('\n')}\n`);
    }
  }
}

/** `holdfast log show`. @throws `LEDGER_POSITION_UNKNOWN` */
export async function showCommand(
  position: number,
  format: 'text' | 'json',
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const database = await openHomeDatabase(requireHome(environment), environment, 'read');
  try {
    const found = await readEventAt(database, position);
    if (found === undefined) {
      throw new HoldfastError('LEDGER_POSITION_UNKNOWN', `There is no event ${position}`, {
        kind: 'usage',
        hint: 'holdfast log shows the last ones.',
      });
    }
    const entry = logEntry(found.event, eventCatalogue(EVENTS));
    const { previous } = found.event;
    const leafHash = found.leafHash.toString('hex');
    await writeText(
      format === 'json'
        ? `${JSON.stringify({ ...entry, previous, leafHash }, null, 2)}\n`
        : `${logDetail(entry, previous, leafHash).join('\n')}\n`,
    );
    return exitCodes.done;
  } finally {
    await database.close();
  }
}
