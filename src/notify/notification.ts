/** What can be said, from a job's begin to its silence. */
export const NOTIFICATION_KINDS = [
  'started',
  'succeeded',
  'recovered',
  'failed',
  'silent',
  'damaged',
  'suspicious',
  'test',
] as const;

export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export type NotificationSeverity = 'info' | 'warning' | 'critical';

/** What is said: one sentence about one thing. Made only by {@link makeNotification}, which bounds every part. */
export interface Notification {
  readonly kind: NotificationKind;
  readonly severity: NotificationSeverity;
  /** What it is about, as streams of the record are named: `volume:db`, `repository:nas`, `schedule:nightly`. */
  readonly subject: string;
  /** One sentence. */
  readonly sentence: string;
  /** Of the error that is the reason; null without one. */
  readonly code: string | null;
  /** When it happened: ISO 8601, UTC. */
  readonly time: string;
  /** The event of the record that tells it; null where there is none. */
  readonly position: number | null;
  /** The machine that says it. */
  readonly host: string;
}

/** What a caller tells; the rest has its defaults. */
export interface NotificationInput {
  readonly kind: NotificationKind;
  readonly subject: string;
  readonly sentence: string;
  /** That of the kind unless said. */
  readonly severity?: NotificationSeverity;
  readonly code?: string;
  readonly position?: number;
}

const SEVERITIES: Readonly<Record<NotificationKind, NotificationSeverity>> = {
  started: 'info',
  succeeded: 'info',
  recovered: 'info',
  failed: 'critical',
  silent: 'critical',
  damaged: 'critical',
  suspicious: 'critical',
  test: 'info',
};

const MOST_SUBJECT = 200;
const MOST_SENTENCE = 500;
const MOST_CODE = 60;
const MOST_HOST = 100;

/** Makes one line of bounded text of each part, and takes credentials out of addresses in it. */
export function makeNotification(input: NotificationInput, host: string, now: Date): Notification {
  const { kind, severity, subject, sentence, code, position } = input;
  return {
    kind,
    severity: severity ?? SEVERITIES[kind],
    subject: oneLine(subject, MOST_SUBJECT),
    sentence: oneLine(sentence, MOST_SENTENCE),
    code: code === undefined ? null : oneLine(code, MOST_CODE),
    time: now.toISOString(),
    position: position ?? null,
    host: oneLine(host, MOST_HOST),
  };
}

/** Text from errors may repeat an address that somebody wrote with a password in it. */
function oneLine(text: string, most: number): string {
  // Cut before anything looks for patterns: what comes here may be long.
  const clean = text
    .slice(0, 4 * most)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,400}@/gi, '$1***@')
    .replaceAll(/([?&][a-z_.-]{0,40}(?:key|token|secret|password|signature|sig)=)[^\s&]+/gi, '$1***')
    .trim();
  const characters = [...clean];
  return characters.length <= most ? clean : `${characters.slice(0, most - 1).join('')}…`;
}
