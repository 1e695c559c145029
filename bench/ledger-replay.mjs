// Replays events in memory: rows that were read are decoded, checked against their declaration and applied to a read
// model. Bundled and started by run.mjs: ledger-replay.mjs EVENTS, which prints {"events", "ms", "cpuMs", "leafBytes"}.

import { EVENTS } from '#app/events.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { decodeLeaf, encodeLeaf, NO_PREVIOUS } from '#ledger/leaf.ts';
import { replayState } from '#ledger/projection/read-at.ts';
import { digestOf, scanOf } from './ledger-data.mjs';

const count = Number(process.argv[2]);
const catalogue = eventCatalogue(EVENTS);
const inventory = digestOf('inventory');
const leaves = Array.from({ length: count }, (_, index) => {
  const { stream, events, actor } = scanOf(index, inventory);
  const { schemaVersion, data } = catalogue.toWrite(events[0].type, events[0].data);
  return encodeLeaf({
    ...{ position: index + 1, stream, version: index + 1, type: events[0].type, schemaVersion, data, metadata: {} },
    ...{ actor, at: '2026-01-01T00:00:00.000Z', key: String(index), previous: NO_PREVIOUS },
  });
});
/** @type {import('#ledger/projection/projection.ts').StateProjection<number>} */
const findings = {
  ...{ kind: 'state', id: 'findings', version: 1, handles: ['image.inventoried'], when: 'catch-up', initial: 0 },
  apply: (sum, { known }) => {
    const { findings: found } = /** @type {import('#inventory/events.ts').ImageInventoried} */ (known);
    return sum + (found['high'] ?? 0);
  },
};
function* events() {
  for (const leaf of leaves) yield decodeLeaf(leaf);
}

await replayState(findings, events(), catalogue);
const cpu = process.cpuUsage();
const begun = process.hrtime.bigint();
await replayState(findings, events(), catalogue);
const ms = Number(process.hrtime.bigint() - begun) / 1e6;
const { user, system } = process.cpuUsage(cpu);
const leafBytes = leaves[0]?.length ?? 0;
process.stdout.write(JSON.stringify({ events: count, ms, cpuMs: (user + system) / 1000, leafBytes }));
