/** A target of several that are taken together. */
export interface DumpTargetPart {
  /** Those that can write to it, by id. */
  readonly running: readonly { readonly container: { readonly id: string } }[];
  /** What some of them said that they hold in it. */
  readonly probed: { readonly answers: readonly { readonly writer: { readonly container: string } }[] };
}

/**
 * Says for each container with which target its dumps are kept: with the one whose drill knows what it held, else with the
 * first. By the container's id.
 */
export function dumpHomes<Part extends DumpTargetPart>(parts: readonly Part[]): ReadonlyMap<string, Part> {
  const homes = new Map<string, Part>();
  const knows = ({ probed }: Part, id: string) => probed.answers.some(({ writer }) => writer.container === id);
  for (const part of parts) {
    for (const { container } of part.running) {
      const home = homes.get(container.id);
      if (home === undefined || (!knows(home, container.id) && knows(part, container.id)))
        homes.set(container.id, part);
    }
  }
  return homes;
}
