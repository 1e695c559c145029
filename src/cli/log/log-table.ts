import type { LogEntry } from '#api/log-entry.ts';
import { type Column, columns, printable } from '#report/columns.ts';
import type { Paint } from '#report/paint.ts';

const HEADS: readonly Column[] = [
  { title: '#', maxWidth: 12 },
  { title: 'WHEN (UTC)', maxWidth: 19 },
  { title: 'WHO', maxWidth: 16, minWidth: 6 },
  { title: 'WHAT', maxWidth: 24, minWidth: 12 },
  { title: 'OUTCOME', maxWidth: 10 },
  { title: 'ABOUT', maxWidth: 40, minWidth: 12, keep: 'path' },
  { title: 'IN WORDS', maxWidth: 80, minWidth: 10 },
];

const STYLES = { deny: 'red', failed: 'red', incomplete: 'yellow', unknown: 'yellow' } as const;

/** Lines for people: when, who, what, about what, and how it came out. */
export function logTable(entries: readonly LogEntry[], width: number, paint: Paint, heads: boolean): readonly string[] {
  const rows = entries.map(({ position, at, actor, type, outcome, subject, stream, sentence, unread }) => [
    String(position),
    at.slice(0, 19).replace('T', ' '),
    actor,
    type,
    outcome ?? '?',
    subject ?? stream,
    sentence ?? `not readable: ${unread ?? ''}`,
  ]);
  const lines = columns(HEADS, rows, width, (text, row, column) => {
    if (row < 0) return paint('bold', text);
    const style = STYLES[text.trim() as keyof typeof STYLES];
    return column === 4 && style !== undefined ? paint(style, text) : text;
  });
  return heads ? lines : lines.slice(1);
}

/** One event, whole. */
export function logDetail(entry: LogEntry, previous: string, leafHash: string): readonly string[] {
  const fact = (name: string, value: string) => `${`${name}:`.padEnd(12)}${printable(value)}`;
  return [
    fact('Position', String(entry.position)),
    fact('When', entry.at),
    fact('Who', entry.actor),
    fact('What', `${entry.type} (version ${entry.schemaVersion} of its kind)`),
    fact('About', entry.subject ?? entry.stream),
    fact('Outcome', entry.outcome ?? `not readable: ${entry.unread ?? ''}`),
    ...(entry.sentence === undefined ? [] : [fact('In words', entry.sentence)]),
    fact('Stream', `${entry.stream}, version ${entry.version}`),
    fact('Key', entry.key),
    fact('Previous', previous),
    fact('Leaf hash', leafHash),
    'Data:',
    ...JSON.stringify(entry.data, null, 2)
      .split('\n')
      .map((line) => `  ${printable(line)}`),
    ...(Object.keys(entry.metadata).length === 0 ? [] : [`Metadata: ${printable(JSON.stringify(entry.metadata))}`]),
  ];
}
