import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseByPolicy } from '#volume/retention/choose.ts';
import { COUNTED_RULES, type RetentionPolicy } from '#volume/retention/policy.ts';
import { fakeRepository, fakeTree, sha256 } from '../fakes/restic-repository.ts';
import { needs } from '../harness/skip.ts';
import { TOOL_PATH } from '../harness/tool.ts';

interface Snapshot {
  readonly id: string;
  readonly timeMs: number;
}

interface Group {
  readonly host: string;
  readonly keep: readonly { readonly id: string }[];
  readonly reasons: readonly { readonly snapshot: { readonly time: string }; readonly matches: readonly string[] }[];
}

const HOUR_MS = 3_600_000;
/** Long ago: to restic, times of the future are others. */
const START_MS = Date.UTC(1990, 11, 1);

/** Steps as schedules have them, some jitter, and gaps; around turns of years, weeks and months. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 * 60 }).map((minutes) => minutes * 60_000) },
    { weight: 4, arbitrary: fc.integer({ min: 12, max: 36 }).map((hours) => hours * HOUR_MS + 1) },
    { weight: 2, arbitrary: fc.integer({ min: 5 * 24, max: 40 * 24 }).map((hours) => hours * HOUR_MS) },
    { weight: 1, arbitrary: fc.integer({ min: 300, max: 500 }).map((days) => days * 24 * HOUR_MS) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);
const counted = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 1 });
const duration = fc
  .tuple(fc.nat(2), fc.nat(14), fc.nat(60), fc.nat(50))
  .map(([y, m, d, h]) => `${y > 0 ? `${y}y` : ''}${m > 0 ? `${m}m` : ''}${d > 0 ? `${d}d` : ''}${h}h`);
const policies: fc.Arbitrary<RetentionPolicy> = fc
  .record({
    ...Object.fromEntries(COUNTED_RULES.map((rule) => [rule, counted])),
    within: fc.option(duration, { nil: undefined }),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
  .filter((policy) => Object.keys(policy).length > 0);

/** restic's words for a reason are those of its rules. */
const ruleOf = (match: string) =>
  match.startsWith('within') ? 'within' : match.replace(/^oldest /, '').replace(/ snapshot$/, '');

needs('restic')('retention', () => {
  test('keeps what restic forget keeps, for the same rules', () => {
    const root = mkdtempSync(join(tmpdir(), 'holdfast-retention-'));
    try {
      const repository = fakeRepository(root, 'password');
      mkdirSync(join(root, 'locks'));
      const tree = fakeTree([]);
      repository.pack([{ type: 'tree', bytes: tree }]);
      repository.index();
      const lists = new Map<string, readonly Snapshot[]>();
      for (const [index, list] of fc.sample(steps, { numRuns: 50, seed: 4 }).entries()) {
        let timeMs = START_MS + index * 7 * HOUR_MS;
        const made = list.map((step) => {
          timeMs += step;
          const fields = { time: new Date(timeMs).toISOString(), hostname: `h${index}` };
          return { id: repository.snapshot(sha256(tree), fields), timeMs };
        });
        lists.set(`h${index}`, made);
      }
      let compared = 0;
      let forgotten = 0;
      for (const policy of fc.sample(policies, { numRuns: 25, seed: 5 })) {
        const args = Object.entries(policy).map(([rule, value]) => `--keep-${rule}=${value}`);
        const text = execFileSync(
          'restic',
          ['forget', '--no-lock', '--dry-run', '--json', '--group-by=host', ...args],
          {
            env: {
              PATH: TOOL_PATH,
              TZ: 'UTC',
              RESTIC_REPOSITORY: root,
              RESTIC_PASSWORD: 'password',
              RESTIC_CACHE_DIR: join(root, 'cache'),
            },
            maxBuffer: 64 * 1024 * 1024,
          },
        ).toString();
        const groups: readonly Group[] = JSON.parse(text);
        expect(groups.length).toBe(lists.size);
        for (const { host, keep, reasons } of groups) {
          const list = lists.get(host) ?? [];
          const ours = chooseByPolicy(list, policy);
          const kept = list.filter(({ id }) => ours.get(id)?.keep === true);
          const about = `${JSON.stringify(policy)} of ${list.map(({ timeMs }) => new Date(timeMs).toISOString()).join(' ')}`;
          expect(new Set(kept.map(({ id }) => id)), about).toEqual(new Set(keep.map(({ id }) => id)));
          const why = new Map(reasons.map(({ snapshot, matches }) => [Date.parse(snapshot.time), matches.map(ruleOf)]));
          for (const { id, timeMs } of kept) {
            expect(new Set(ours.get(id)?.reasons.map(({ rule }) => rule)), about).toEqual(new Set(why.get(timeMs)));
          }
          compared += 1;
          forgotten += list.length - kept.length;
        }
      }
      expect(compared).toBe(50 * 25);
      expect(forgotten).toBeGreaterThan(compared);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
