import type { LogEntry } from '#api/log-entry.ts';

const COLUMNS = ['position', 'at', 'actor', 'type', 'outcome', 'subject', 'sentence', 'stream', 'version'] as const;

export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** A line of CSV (RFC 4180). What a spreadsheet would take for a formula is text. */
export function csvLine(entry: LogEntry): string {
  return `${COLUMNS.map((column) => cell(String(entry[column] ?? ''))).join(',')}\r\n`;
}

function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
