import { existsSync } from 'node:fs';
import { describe, test } from 'vitest';
import { engineUnavailable } from './engine.ts';
import { postgresUnavailable } from './postgres.ts';
import { findTool } from './tool.ts';

function missing(need: string): string | undefined {
  if (need === 'engine') return engineUnavailable();
  if (need === 'postgres') return postgresUnavailable();
  if (need.startsWith('/')) return existsSync(need) ? undefined : `${need} is missing`;
  return findTool(need) !== undefined ? undefined : `${need} is not installed`;
}

/**
 * A `describe` for tests that need programs: `needs('skopeo', 'umoci')('a layout', () => { … })`. The need `engine`
 * stands for all that `startEngine` takes; one that begins with a slash is a file. What is missing skips the tests with the reason in their title; under
 * `CI=true` it fails them instead, so that a missing tool cannot pass for a green run.
 */
export function needs(...tools: readonly string[]): (title: string, body: () => void) => void {
  const reasons = tools.map(missing).filter((reason) => reason !== undefined);
  return (title, body) => {
    if (reasons.length === 0) describe(title, body);
    else if (process.env['CI'] === 'true') {
      describe(title, () => {
        test(`has what it needs: ${reasons.join('; ')}`, () => {
          throw new Error(`under CI a missing tool is a failure: ${reasons.join('; ')}`);
        });
      });
    } else describe.skip(`${title} (skipped: ${reasons.join('; ')})`, body);
  };
}
