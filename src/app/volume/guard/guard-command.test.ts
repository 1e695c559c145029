import { expect, test } from 'vitest';
import { isToBeRun } from '#app/volume/guard/guard-command.ts';

test('without a snapshot a command is run only when that was said, and never when somebody interrupted it', () => {
  const failed = (code: string) => ({ failed: { code, message: '' } });
  expect(isToBeRun({}, false)).toBe(true);
  expect(isToBeRun(failed('RESTIC_FAILED'), false)).toBe(false);
  expect(isToBeRun(failed('RESTIC_FAILED'), true)).toBe(true);
  expect(isToBeRun(failed('SNAPSHOT_INTERRUPTED'), true)).toBe(false);
});
