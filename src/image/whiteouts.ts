import type { TarVisitor } from '#base/tar/entry.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';

const PREFIX = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** Bookkeeping of AUFS, which some old layers still carry, in their root and with files inside. */
const AUFS = '.wh..wh.';

/** Shows a layer's tar to a layer visitor: entries that only say what is deleted become calls of their own (OCI layer, "Whiteouts"). */
export function withWhiteouts(visitor: LayerVisitor): TarVisitor {
  return {
    problem: (problem) => visitor.problem(problem),
    entry: (entry) => {
      const { path } = entry;
      if (path === '' || (path.startsWith(AUFS) && path !== OPAQUE)) return undefined;
      const slash = path.lastIndexOf('/');
      if (path.startsWith(PREFIX, slash + 1)) {
        const name = path.slice(slash + 1);
        const directory = slash < 0 ? '' : path.slice(0, slash);
        if (name === OPAQUE) visitor.opaque(directory);
        else if (name.length > PREFIX.length) {
          const hidden = name.slice(PREFIX.length);
          visitor.whiteout(directory === '' ? hidden : `${directory}/${hidden}`);
        }
        return undefined;
      }
      return visitor.entry(entry);
    },
  };
}
