// Replays events in memory: rows that were read are decoded, checked against their declaration and applied to a read
// model. Bundled and started by run.mjs: ledger-replay.mjs EVENTS [small], which prints {"events", "ms", "cpuMs", "leafBytes"}.

import { EVENTS } from '#app/events.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { decodeLeaf, encodeLeaf, NO_PREVIOUS } from '#ledger/leaf.ts';
import { replayState } from '#ledger/projection/read-at.ts';
import { digestOf, scanOf, updateOf } from './ledger-data.mjs';

const [total, kind] = process.argv.slice(2);
const count = Number(total);
const catalogue = eventCatalogue(EVENTS);
const inventory = digestOf('inventory');
const leaves = Array.from({ length: count }, (_, index) => {
  const { stream, events, actor } = kind === 'small' ? updateOf(index) : scanOf(index, inventory);
  const { type } = events[0];
  const { schemaVersion, data } = catalogue.toWrite(type, events[0].data);
  return encodeLeaf({
    ...{ position: index + 1, stream, version: index + 1, type, schemaVersion, data, metadata: {} },
    ...{ actor, at: '2026-01-01T00:00:00.000Z', key: String(index), previous: NO_PREVIOUS },
  });
});
/** @type {import('#ledger/projection/projection.ts').StateProjection<number>} */
const sum = {
  ...{ kind: 'state', id: 'sum', version: 1, when: 'catch-up', initial: 0 },
  handles: ['image.inventoried', 'advisories.updated'],
  apply: (before, { type, known }) => {
    if (type === 'advisories.updated')
      return before + /** @type {import('#advisory/events.ts').AdvisoriesUpdated} */ (known).records;
    const { findings } = /** @type {import('#inventory/events.ts').ImageInventoried} */ (known);
    return before + (findings['high'] ?? 0);
  },
};
function* events() {
  for (const leaf of leaves) yield decodeLeaf(leaf);
}

await replayState(sum, events(), catalogue);
const cpu = process.cpuUsage();
const begun = process.hrtime.bigint();
await replayState(sum, events(), catalogue);
const ms = Number(process.hrtime.bigint() - begun) / 1e6;
const { user, system } = process.cpuUsage(cpu);
const leafBytes = leaves[0]?.length ?? 0;
process.stdout.write(JSON.stringify({ events: count, ms, cpuMs: (user + system) / 1000, leafBytes }));
