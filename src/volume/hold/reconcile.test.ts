import { uptime } from 'node:os';
import { expect, test } from 'vitest';
import { isOverdue } from './reconcile.ts';

const AT = '2026-01-01T12:00:00.000Z';
const clock = (text: string) => new Date(text);

test('whoever sets the clock neither ends a hold nor makes one last: since the same boot, the kernel’s uptime counts', () => {
  const soon = { at: AT, uptimeMs: uptime() * 1000 + 60_000 };
  const past = { at: AT, uptimeMs: uptime() * 1000 - 1 };
  for (const now of ['2025-12-31T12:00:00Z', '2026-01-02T12:00:00Z']) {
    expect(isOverdue(soon, true, clock(now))).toBe(false);
    expect(isOverdue(past, true, clock(now))).toBe(true);
  }
});
