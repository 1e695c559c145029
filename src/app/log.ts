import type { LogEntry } from '#api/log-entry.ts';
import type { Database } from '#base/database/database.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { type EventFilter, readEvents } from '#ledger/store/read-events.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

/** What the record can be searched by, and what only an event's own words tell. */
export interface LogFilter extends EventFilter {
  /** Part of what an event is about, or of its stream; letters of any case. */
  readonly subject?: string;
  readonly outcome?: string;
}

/** An event in the words of its kind. */
export function logEntry(event: LedgerEvent, catalogue: EventCatalogue): LogEntry {
  const { position, at, actor, type, stream, version, schemaVersion, key, data, metadata } = event;
  const read = catalogue.read(event);
  const words = read.kind === 'known' ? read.summary : { unread: read.reason };
  return { position, at, actor, type, stream, version, schemaVersion, ...words, key, data, metadata };
}

/** Events that fit, in the order asked for. */
export async function* readLog(
  database: Database<LedgerTables>,
  catalogue: EventCatalogue,
  filter: LogFilter,
  order: 'oldest-first' | 'newest-first',
): AsyncGenerator<LogEntry> {
  const { subject, outcome, ...columns } = filter;
  const wanted = subject?.toLowerCase();
  for await (const event of readEvents(database, columns, order)) {
    const entry = logEntry(event, catalogue);
    if (outcome !== undefined && entry.outcome !== outcome) continue;
    const about = `${entry.subject ?? ''}\n${entry.stream}`.toLowerCase();
    if (wanted !== undefined && !about.includes(wanted)) continue;
    yield entry;
  }
}

/** The last events that fit, the oldest first. */
export async function lastOfLog(
  database: Database<LedgerTables>,
  catalogue: EventCatalogue,
  filter: LogFilter,
  limit: number,
): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readLog(database, catalogue, filter, 'newest-first')) {
    entries.push(entry);
    if (entries.length >= limit) break;
  }
  return entries.reverse();
}
