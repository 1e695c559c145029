// `npm run tidy`: prints `path:line message` for everything that is out of place, and fails if anything is.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { house } from './tidy/house.mjs';
import { tidy } from './tidy/tidy.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { modules, imports, complaints } = tidy(root, house);
for (const { path, line, message } of complaints) console.log(`${path}:${line} ${message}`);
console.log(`tidy: ${modules} modules, ${imports} imports, ${complaints.length} out of place`);
process.exitCode = complaints.length === 0 ? 0 : 1;
