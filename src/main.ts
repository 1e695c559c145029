#!/usr/bin/env node
import { VERSION } from '#core/version.ts';

// Asked most often by scripts, so it pays for nothing else.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { run } = await import('#cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
