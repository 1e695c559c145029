/** What is thought today of an image that wrote to a volume. Unknown is no kind of allowed. */
export type Judgement = 'allowed' | 'denied' | 'unknown';

/** A snapshot, or the beginning of one that failed, with those who wrote since the one before it. */
export interface WrittenSnapshot<W> {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** Who may have written since the one before; for the first, since the volume was made. */
  readonly writers: readonly W[];
  /** False: there may have been others. */
  readonly writersComplete: boolean;
  /**
   * The snapshot whose data the volume was set back to after the one before, so that it counts instead; null: the volume
   * was empty. Left out: the one before.
   */
  readonly from?: string | null;
}

/** A reason not to trust what was written up to a snapshot. */
export type Doubt<W> =
  | { readonly kind: 'writers-incomplete' }
  | { readonly kind: 'restored-from-unknown'; readonly from: string }
  | { readonly kind: 'writer'; readonly judgement: Exclude<Judgement, 'allowed'>; readonly writer: W };

/** Whether all that a snapshot holds was written by images that are allowed today. */
export type Trust<W> =
  | { readonly trusted: true }
  | {
      readonly trusted: false;
      /** The snapshot since which it is not: this one, or one whose data this one goes on from. */
      readonly since: string;
      /** What is doubtful about that one; never empty. */
      readonly doubts: readonly Doubt<W>[];
    };

/**
 * The trust in each snapshot of a volume, by id. A snapshot is trusted when its own writers are completely known and all
 * allowed, and when the one that it goes on from is trusted too, back to the empty volume: data that a bad image wrote
 * stays in the volume until it is set back. Writers of snapshots that failed or were forgotten count: give these as well.
 *
 * @param snapshots of one volume, oldest first; with those that it was restored from before the first that goes on from
 * them. Of two with one id, the last counts.
 */
export function trustOf<W>(
  snapshots: readonly WrittenSnapshot<W>[],
  judge: (writer: W) => Judgement,
): ReadonlyMap<string, Trust<W>> {
  const known = new Map<string, Trust<W>>();
  let before: Trust<W> = { trusted: true };
  for (const snapshot of snapshots) {
    const { id, from } = snapshot;
    const base: Trust<W> | undefined =
      from === undefined ? before : from === null ? { trusted: true } : known.get(from);
    before = base?.trusted === false ? base : ownTrust(snapshot, base === undefined, judge);
    known.set(id, before);
  }
  return known;
}

/** The newest snapshot that is trusted ({@link trustOf}), of those that can be had; undefined when none is. */
export function newestTrusted<W, S extends WrittenSnapshot<W>>(
  snapshots: readonly S[],
  judge: (writer: W) => Judgement,
  isThere: (snapshot: S) => boolean = () => true,
): S | undefined {
  const trust = trustOf(snapshots, judge);
  return snapshots.findLast((snapshot) => trust.get(snapshot.id)?.trusted === true && isThere(snapshot));
}

function ownTrust<W>(
  { id, writers, writersComplete, from }: WrittenSnapshot<W>,
  isFromUnknown: boolean,
  judge: (writer: W) => Judgement,
): Trust<W> {
  const doubts: Doubt<W>[] = [];
  if (isFromUnknown) doubts.push({ kind: 'restored-from-unknown', from: from ?? '' });
  if (!writersComplete) doubts.push({ kind: 'writers-incomplete' });
  for (const writer of writers) {
    const judgement = judge(writer);
    if (judgement !== 'allowed') doubts.push({ kind: 'writer', judgement, writer });
  }
  return doubts.length === 0 ? { trusted: true } : { trusted: false, since: id, doubts };
}
