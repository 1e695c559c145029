import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { examine } from '#volume/doctor/examine.ts';
import { newVolumeName } from '#volume/doctor/fix.ts';
import { container, discovery, mounts, survey } from '../../../test/fakes/discovery.ts';

/** Words that a shell, or the program that it starts, would act on. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  fc.constantFrom(
    'x;reboot',
    '$(reboot)',
    '`reboot`',
    "a'b",
    '--privileged',
    'a\nreboot',
    'a\u2028reboot',
    '~',
    '!!',
    '*',
  ),
);

/** What a shell would read of lines for it: without comments, and without what stands in single quotes. */
function active(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/'[^']*'|\\'/g, ''));
}

test('whatever labels, names and paths are, lines to paste hold nothing for a shell to act on', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (stack, composeService, path) => {
      const own: Partial<DiscoveredContainer> = { stack, composeService, removedAtEnd: true };
      const found = examine(
        discovery([
          container('anonymous', { ...own, mounts: [mounts.anonymous('a', `/data/${path}`)] }),
          container('memory', {
            ...own,
            mounts: [mounts.tmpfs(`/data/${path}`, survey({}, { '/ibdata1': 'InnoDB' }))],
          }),
          container('layer', {
            ...own,
            layer: { seen: 'in-place', survey: survey({}, { [`/srv/${path}/x.db`]: 'SQLite' }) },
          }),
        ]),
      );
      expect(found.length).toBeGreaterThan(0);
      for (const { fix } of found) {
        for (const line of active(fix)) expect(line).toMatch(/^[\w.,/:=@%+ |\\#-]*$/);
        expect(fix.join('')).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }
    }),
  );
});

test('a new volume has a name that engines take, whatever project and service are called', () => {
  const name = (stack: string, composeService: string) =>
    newVolumeName(container('c', { stack, composeService }), '/var/lib/data');
  expect(name('shop', 'db')).toBe('shop_db-data');
  expect(name('x;reboot;', '--evil')).toBe('x-reboot-_--evil-data');
  expect(name('--rm', 'db')).toBe('rm_db-data');
  expect(name('x'.repeat(10_000), 'db')).toHaveLength(255);
});
