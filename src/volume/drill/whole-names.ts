const MOST_NAMES = 200;
const MOST_CHARACTERS = 200;

/** The names of a snapshot's dumps as its event has them, which is bounded. */
export function recordedNames(names: readonly string[]): string[] {
  return names.slice(0, MOST_NAMES).map((name) => name.toWellFormed().slice(0, MOST_CHARACTERS));
}

/**
 * The names of a snapshot's dumps by the record and by its manifest. The manifest, which whoever has the password can have
 * written, is believed as far as it completes what the record had no room for.
 * @param recorded undefined: the record does not know the snapshot
 */
export function wholeNames(recorded: readonly string[] | undefined, manifest: readonly string[]): readonly string[] {
  if (recorded === undefined) return manifest;
  const cut = recordedNames(manifest);
  return cut.length === recorded.length && cut.every((name, index) => name === recorded[index]) ? manifest : recorded;
}
