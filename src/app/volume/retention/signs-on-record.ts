import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { HoldfastError } from '#core/errors.ts';
import type { VolumeCompared, VolumeSignsAccepted, VolumeSignsRaised } from '#volume/signs/events.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

/** What the record says of signs of ransomware in one repository. */
export interface RecordedSigns {
  /** Raised and not accepted, by volume. */
  readonly open: ReadonlyMap<string, readonly VolumeSignsRaised[]>;
  /** What was counted before, by volume, the last ones, oldest first. It stays when snapshots are forgotten. */
  readonly history: ReadonlyMap<string, readonly VolumeCompared[]>;
}

/** Changes that a volume is compared with at most. */
export const MOST_HISTORY = 20;

const TYPES = ['volume.signs-raised', 'volume.signs-accepted', 'volume.compared'];

/** @throws `LEDGER_*`, `DATABASE_*` */
export async function recordedSigns(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<RecordedSigns> {
  const raised = new Map<string, VolumeSignsRaised>();
  const accepted = new Set<string>();
  const history = new Map<string, readonly VolumeCompared[]>();
  for await (const event of ledger.read({ types: TYPES })) {
    const data = catalogue.known(event)?.data as VolumeSignsRaised | VolumeSignsAccepted | VolumeCompared | undefined;
    if (data?.repository.id !== repositoryId) continue;
    if ('signs' in data) raised.set(data.snapshot, data);
    else if ('snapshots' in data) for (const id of data.snapshots) accepted.add(id);
    else history.set(data.volume, [...(history.get(data.volume) ?? []), data].slice(-MOST_HISTORY));
  }
  const open = new Map<string, VolumeSignsRaised[]>();
  for (const one of raised.values()) {
    if (accepted.has(one.snapshot)) continue;
    open.set(one.volume, [...(open.get(one.volume) ?? []), one]);
  }
  return { open, history };
}

/**
 * Says that all signs of a volume were looked at and are no attack: retention goes on.
 * @returns what was accepted
 * @throws `SIGNS_NONE`, `SIGNS_REASON_MISSING`, `LEDGER_*`, `DATABASE_*`
 */
export async function acceptSigns(
  { record, actor }: { readonly record: OpenRecord; readonly actor: string },
  { settings }: Pick<OpenRepository, 'settings'>,
  volume: string,
  reason: string,
): Promise<readonly VolumeSignsRaised[]> {
  const text = reason
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 500);
  if (text === '') {
    throw new HoldfastError('SIGNS_REASON_MISSING', 'Signs are accepted with a reason', { kind: 'usage' });
  }
  const open = (await recordedSigns(record, settings.id)).open.get(volume) ?? [];
  if (open.length === 0) {
    throw new HoldfastError('SIGNS_NONE', `No signs are raised for the volume ${volume} in ${settings.name}`, {
      kind: 'usage',
      hint: 'holdfast volume retention show lists them.',
    });
  }
  const repository = { name: settings.name, id: settings.id };
  const data = {
    volume,
    repository,
    snapshots: open.map(({ snapshot }) => snapshot).slice(-MOST_SNAPSHOTS),
    reason: text,
  };
  const events = [{ type: 'volume.signs-accepted', data }] as const;
  await record.ledger.append({ stream: targetStream(volume), events, actor });
  return open;
}

const MOST_SNAPSHOTS = 400;
