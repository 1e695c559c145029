// Opens a home's record and reads its last 50 events as the log shows them, in a new process: what is left of `holdfast
// log` without Node's start and the loading of code. Bundled and started by run.mjs: ledger-log.mjs HOME, which prints
// {"openMs", "logMs"}.

import { EVENTS } from '#app/events.ts';
import { requireHome } from '#app/home/home.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { lastOfLog } from '#app/log.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';

const environment = { HOLDFAST_HOME: process.argv[2] };
const begun = performance.now();
const database = await openHomeDatabase(requireHome(environment), environment, 'read');
const opened = performance.now();
const entries = await lastOfLog(database, eventCatalogue(EVENTS), {}, 50);
const logged = performance.now();
await database.close();
if (entries.length !== 50) throw new Error(`${entries.length} entries`);
process.stdout.write(JSON.stringify({ openMs: opened - begun, logMs: logged - opened }));
