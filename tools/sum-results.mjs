// sum-results.mjs FOLDER FAILED: adds up vitest's JSON results in FOLDER and prints `N passed, N failed, N skipped`.
// FAILED lists the steps that failed, one a line: where no test accounts for one, it counts as a failure itself.
// Exit code 1 when anything failed or no test passed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', failedSteps = ''] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const results = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += results.numPassedTests;
  skipped += results.numPendingTests + results.numTodoTests;
  failed += results.numFailedTests;
  // A file that could not be loaded has failed without a failed test.
  for (const file of results.testResults) {
    const told = file.assertionResults.some((/** @type {{ status: string }} */ test) => test.status === 'failed');
    if (file.status === 'failed' && !told) failed += 1;
  }
}
const steps = readFileSync(failedSteps, 'utf8').split('\n').filter(Boolean);
for (const step of steps) console.log(`failed: ${step}`);
if (failed === 0) failed = steps.length;
if (failed === 0 && passed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
