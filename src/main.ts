#!/usr/bin/env node
/** Put in by the build, so that the version costs no other file. */
declare const HOLDFAST_VERSION: string;

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  // Asked most often by scripts.
  process.stdout.write(`${HOLDFAST_VERSION}\n`);
} else {
  const { run } = await import('#cli/run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
