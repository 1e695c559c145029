import { type Fetched, fetchPart } from '#app/volume/restore/fetch.ts';
import { fetchRemains } from '#app/volume/restore/fetch-remains.ts';
import type { PickedSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import { refuseMadeUp } from '#app/volume/restore/refuse-made-up.ts';
import type { RestoreDeps, RestoreRequest } from '#app/volume/restore/restore-types.ts';

/** How the data of a request is had: all of it, or, where the repository is damaged, what is left of it. */
export function fetcher(
  deps: RestoreDeps,
  { whatIsLeft }: RestoreRequest,
  { row, recorded }: PickedSnapshot,
  path: Buffer,
): (scratch: Buffer) => Promise<Fetched> {
  return whatIsLeft
    ? (scratch) => fetchRemains(deps, row, path, scratch)
    : async (scratch) => {
        // What the record knows by its id, and so by its tree, was taken here.
        if (recorded === undefined) await refuseMadeUp(deps, row);
        return fetchPart(deps, row, path, scratch);
      };
}
