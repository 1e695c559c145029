import type { EngineEvent } from '#base/engine/engine-events.ts';
import type { WriterSeen } from '#volume/observe/events.ts';
import { goneContainer, type SeenContainer, type SeenMount } from '#volume/observe/seen-container.ts';

/** What is known of the containers that are there. It is changed in place, event by event. */
export interface Roll {
  /** Those that may write somewhere. */
  readonly writers: Map<string, SeenContainer>;
  /** Those that cannot. */
  readonly others: Set<string>;
  /** Those that were made, and gone when they were asked for: what the events say of them until they say `removed`. */
  readonly missed: Map<string, { readonly attributes: EngineEvent['attributes']; readonly mounts: SeenMount[] }>;
}

/** What an event is for the roll. */
export type RollStep =
  | { readonly kind: 'nothing' }
  /** It is not known yet: look at it, and tell {@link noteLook}. */
  | { readonly kind: 'look' }
  | { readonly kind: 'seen'; readonly writer: WriterSeen };

const MADE: ReadonlySet<string> = new Set(['create', 'restore']);
const REMOVED: ReadonlySet<string> = new Set(['destroy', 'remove']);

export function emptyRoll(writers: Iterable<SeenContainer> = []): Roll {
  return { writers: new Map([...writers].map((one) => [one.container, one])), others: new Set(), missed: new Map() };
}

/**
 * Takes an event in. Containers count as long as they exist, whether they run or not: what is stopped can be written
 * through. One that is removed and was never told of was there before the roll, and not among the writers.
 */
export function takeEvent(roll: Roll, event: EngineEvent): RollStep {
  const { kind, action, id, attributes } = event;
  if (kind === 'volume' && action === 'mount') {
    if (attributes['read/write'] === 'false') return { kind: 'nothing' };
    roll.missed.get(attributes['container'] ?? '')?.mounts.push({ kind: 'volume', source: id });
    return { kind: 'nothing' };
  }
  if (kind !== 'container' || id === '') return { kind: 'nothing' };
  if (!REMOVED.has(action)) {
    const known = roll.writers.has(id) || roll.others.has(id) || roll.missed.has(id);
    return { kind: known ? 'nothing' : 'look' };
  }
  const missed = roll.missed.get(id);
  const writer =
    roll.writers.get(id) ?? (missed && goneContainer(id, { ...attributes, ...missed.attributes }, missed.mounts));
  roll.writers.delete(id);
  roll.others.delete(id);
  roll.missed.delete(id);
  return writer === undefined ? { kind: 'nothing' } : { kind: 'seen', writer: { ...writer, what: 'removed' } };
}

/** Notes what looking at an event's container gave. `gone`: there is none any more; undefined: it cannot write anywhere. */
export function noteLook(
  roll: Roll,
  { id, action, attributes }: Pick<EngineEvent, 'id' | 'action' | 'attributes'>,
  found: SeenContainer | 'gone' | undefined,
): WriterSeen | undefined {
  if (found === undefined || (found === 'gone' && !MADE.has(action))) {
    roll.others.add(id);
    return undefined;
  }
  if (found === 'gone') {
    roll.missed.set(id, { attributes, mounts: [] });
    return undefined;
  }
  roll.writers.set(id, found);
  return { ...found, what: 'appeared' };
}
