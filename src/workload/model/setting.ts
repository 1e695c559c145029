import type { Position } from '#core/position.ts';

/**
 * What a document says of one thing. Undefined: it says nothing, and whatever runs it has a default of its own.
 * `unknown`: it says something that only shows when it is deployed, such as `${TAG}` or `!Ref Image`.
 */
export type Setting<T> = Known<T> | Unknown | undefined;

export interface Known<T> {
  readonly state: 'known';
  readonly value: T;
  readonly at: Position;
}

export interface Unknown {
  readonly state: 'unknown';
  readonly at: Position;
}

/** A known setting. */
export function known<T>(value: T, at: Position): Known<T> {
  return { state: 'known', value, at };
}

/** The value where it is known. */
export function valueIn<T>(setting: Setting<T>): T | undefined {
  return setting?.state === 'known' ? setting.value : undefined;
}
