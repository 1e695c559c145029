import type { Notification, NotificationKind } from '#notify/notification.ts';

/** A notification on its way to one target. */
export interface Message {
  /** The same however often it is sent, so that a receiver can tell a repetition. Letters, digits and `_`. */
  readonly id: string;
  readonly notification: Notification;
  /** How often the same was held back since it was last sent. */
  readonly repeats: number;
  /** How many others were held back since then, because there were too many in an hour. */
  readonly omitted: number;
}

const WORDS: Readonly<Record<NotificationKind, string>> = {
  started: 'has begun',
  succeeded: 'is done',
  recovered: 'works again',
  failed: 'failed',
  silent: 'is silent',
  damaged: 'is damaged',
  suspicious: 'looks suspicious',
  test: 'is a test',
};

/** The message in a few words: `volume:db failed on host1`. */
export function titleOf({ notification: { kind, subject, host } }: Message): string {
  return `${subject} ${WORDS[kind]} on ${host}`;
}

/** What follows the title: the sentence, when, where on the record, what was held back. Plain text, a line each. */
export function linesOf({ notification, repeats, omitted }: Message): readonly string[] {
  const { sentence, code, time, position } = notification;
  return [
    code === null ? sentence : `${sentence} [${code}]`,
    `At ${time}${position === null ? '' : `, event ${position} of the record: holdfast log show ${position}`}`,
    ...(repeats > 0 ? [`The same happened ${times(repeats)} more since this was last sent.`] : []),
    ...(omitted > 0 ? [`${others(omitted)} not sent, there were too many in an hour: holdfast log`] : []),
  ];
}

function others(count: number): string {
  return count === 1 ? 'Another one was' : `${count} others were`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
