import type { NotificationInput } from '#notify/notification.ts';

/** How a schedule is doing, as far as silence is concerned. */
export interface ScheduleProgress {
  /** `schedule:nightly`, `volume:db`. */
  readonly subject: string;
  /** How old the last success may become. */
  readonly withinMs: number;
  /** ISO 8601; null when there never was one. */
  readonly lastSuccessAt: string | null;
  /** Since when it is expected to work: a new schedule is not silent at once. ISO 8601. */
  readonly since: string;
}

/** A schedule that says nothing. */
interface Silence {
  readonly subject: string;
  readonly lastSuccessAt: string | null;
  readonly reason:
    | { readonly kind: 'too-old'; readonly overdueMs: number }
    /** The last success lies in the future, or its time cannot be read: how old it is is not known. */
    | { readonly kind: 'clock' };
}

/** Clocks of machines that write one record may differ a little. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** The schedules whose last success is too old, or of unknown age. Pure. */
export function silentSchedules(schedules: readonly ScheduleProgress[], now: Date): readonly Silence[] {
  return schedules.flatMap(({ subject, withinMs, lastSuccessAt, since }): readonly Silence[] => {
    const ageMs = now.getTime() - Date.parse(lastSuccessAt ?? since);
    if (Number.isNaN(ageMs) || ageMs < -CLOCK_SLACK_MS) return [{ subject, lastSuccessAt, reason: { kind: 'clock' } }];
    if (ageMs <= withinMs) return [];
    return [{ subject, lastSuccessAt, reason: { kind: 'too-old', overdueMs: ageMs - withinMs } }];
  });
}

/** What is said about a silence. */
export function silenceNotification({ subject, lastSuccessAt, reason }: Silence): NotificationInput {
  const sentence =
    reason.kind === 'clock'
      ? `Its last success was at ${lastSuccessAt ?? '?'}, which is in the future or no time: a clock is wrong`
      : lastSuccessAt === null
        ? `It has never succeeded, for ${duration(reason.overdueMs)} longer than allowed`
        : `Its last success was at ${lastSuccessAt}, ${duration(reason.overdueMs)} longer ago than allowed`;
  return { kind: 'silent', subject, sentence };
}

function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
