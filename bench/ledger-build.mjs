// Makes a home with a long record. Bundled and started by run.mjs: ledger-build.mjs HOME EVENTS EVENTS_A_COMMIT [small], where a
// commit is a signed checkpoint; many of them share a transaction of the database, which leaves the same rows.

import { EVENTS } from '#app/events.ts';
import { requireHome } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { initHome } from '#app/home/init-home.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { prepareRequest } from '#ledger/prepare.ts';
import { appendBatch } from '#ledger/store/append-batch.ts';
import { keepCheckpoint } from '#ledger/store/checkpoints.ts';
import { digestOf, scanOf, updateOf } from './ledger-data.mjs';

const EVENTS_A_TRANSACTION = 20_000;
const [directory = '', total = '', commit = '', kind] = process.argv.slice(2);
const environment = { HOLDFAST_HOME: directory };
const begun = Date.now();

await initHome({ environment, checkpointPlaces: [], actor: 'bench', now: () => new Date() });
const database = await openHomeDatabase(requireHome(environment), environment, 'write');
const signer = readSigner(homePaths(directory).key);
const catalogue = eventCatalogue(EVENTS);
// The first event opened the record.
let number = 1;
while (number < Number(total)) {
  await database.write(async (query) => {
    const end = Math.min(number + EVENTS_A_TRANSACTION, Number(total));
    while (number < end) {
      const until = Math.min(number + Number(commit), end);
      const requests = [];
      for (; number < until; number += 1) {
        const request = kind === 'small' ? updateOf(number) : scanOf(number, digestOf(`inventory ${number}`));
        requests.push(prepareRequest(request, catalogue));
      }
      const { head } = await appendBatch(query, requests, new Date(begun + number).toISOString());
      await keepCheckpoint(query, head.range, signer);
    }
  });
}
await database.close();
