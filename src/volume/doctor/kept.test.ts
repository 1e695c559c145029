import { describe, expect, it } from 'vitest';
import { examine } from '#volume/doctor/examine.ts';
import type { Kept, KeptPromise, KeptRepository } from '#volume/doctor/kept.ts';
import { container, discovery, mounts, service, survey } from '../../../test/fakes/discovery.ts';

const REPOSITORY: KeptRepository = { name: 'nas', addedAt: '2025-01-01T00:00:00Z', holds: new Set() };
const kept = (more: Partial<Kept> = {}): Kept => ({
  ...{ targets: new Map(), promises: [], repositories: [REPOSITORY], defaultHours: 24 },
  ...more,
});
const newest = (name: string, at: string) => new Map([[name, { name, at, repository: 'nas', bytes: 1 }]]);
const promise = (more: Partial<KeptPromise> = {}): KeptPromise => ({
  ...{ schedule: 'nightly', kind: 'volume', name: 'db', repository: 'nas', hours: 6, since: '2025-12-01T00:00:00Z' },
  ...more,
});
const database = container('pg', { mounts: [mounts.named('db', '/var/lib/postgresql/data')], ...service('postgres') });
const old = { createdAt: '2025-12-01T00:00:00Z', contents: survey({ '': 5 }, { '/PG_VERSION': 'PostgreSQL' }) };
/** Looked at on 2026-01-01 at noon. */
const host = discovery([database], { volumes: { db: old } });

const found = (rule: string, facts: Kept | undefined, of = host) =>
  examine(of, facts).filter((finding) => finding.rule === rule);

describe('no snapshot that is young enough', () => {
  const told = (facts: Kept | undefined, of = host) => found('no-recent-snapshot', facts, of);

  it('is told of a database that nobody ever kept, though there is a repository', () => {
    expect(told(kept())).toMatchObject([
      {
        severity: 'high',
        path: '/engine/volumes/db/_data',
        evidence: [
          expect.stringContaining('PostgreSQL'),
          'no complete snapshot of it is on the record',
          expect.any(String),
        ],
        fix: ['holdfast volume snapshot db --repo nas', expect.stringContaining('schedule set db --volume db')],
      },
    ]);
    expect(told(kept({ targets: newest('db', '2025-12-31T11:00:00Z') }))).toMatchObject([{ severity: 'medium' }]);
    expect(told(kept({ targets: newest('db', '2025-12-31T13:00:00Z') }))).toEqual([]);
    expect(told(kept({ defaultHours: 48, targets: newest('db', '2025-12-31T11:00:00Z') }))).toEqual([]);
  });

  it('goes by what a schedule promises, the strictest that takes the volume', () => {
    const targets = newest('db', '2026-01-01T05:00:00Z');
    const promises = [promise({ kind: 'all', name: '', hours: 48 }), promise()];
    expect(told(kept({ targets, promises }))).toMatchObject([
      {
        severity: 'high',
        evidence: [
          expect.any(String),
          expect.stringContaining('7 hours old'),
          expect.stringContaining('at most 6 hours'),
        ],
      },
    ]);
    expect(told(kept({ targets, promises: [promise({ hours: 8 })] }))).toEqual([]);
    const stack = discovery([{ ...database, stack: 'shop' }], { volumes: { db: old } });
    expect(told(kept({ targets, promises: [promise({ kind: 'stack', name: 'shop' })] }), stack)).toHaveLength(1);
    expect(told(kept({ targets, promises: [promise({ kind: 'stack', name: 'other' })] }), stack)).toEqual([]);
  });

  it.each([
    ['without a home', undefined, host],
    ['without a repository', kept({ repositories: [] }), host],
    [
      'of a repository that is a few hours old',
      kept({ repositories: [{ ...REPOSITORY, addedAt: '2026-01-01T02:00:00Z' }] }),
      host,
    ],
    [
      'of a new volume',
      kept(),
      discovery([database], { volumes: { db: { ...old, createdAt: '2026-01-01T10:00:00Z' } } }),
    ],
    ['of a schedule that was set just now', kept({ promises: [promise({ since: '2026-01-01T11:00:00Z' })] }), host],
    ['of an empty volume', kept(), discovery([database], { volumes: { db: { ...old, contents: survey() } } })],
    ['of a volume that cannot be looked into', kept(), withoutContents()],
    [
      'of a cache',
      kept(),
      discovery([container('web', { mounts: [mounts.named('db', '/var/cache/nginx')] })], { volumes: { db: old } }),
    ],
    ['of a builder', kept(), discovery([{ ...database, builder: true }], { volumes: { db: old } })],
    [
      'of an anonymous volume, which others tell about',
      kept(),
      discovery([container('pg', { mounts: [mounts.anonymous('a', '/data')] })], {
        volumes: { ['a'.repeat(64)]: old },
      }),
    ],
    ['with a clock that was ahead', kept({ targets: newest('db', '2027-01-01T00:00:00Z') }), host],
  ])('is not told %s', (_, facts, of) => {
    expect(told(facts, of)).toEqual([]);
  });

  it('is a small thing where no container uses the volume', () => {
    expect(told(kept(), discovery([], { volumes: { db: old } }))).toMatchObject([{ severity: 'low' }]);
  });
});

function withoutContents() {
  const { contents: _, ...rest } = old;
  const one = discovery([database], { volumes: { db: rest } });
  return { ...one, volumes: one.volumes.map(({ contents: _gone, ...volume }) => volume) };
}

describe('a repository that is too small', () => {
  const told = (repository: Partial<KeptRepository>, promises: readonly KeptPromise[] = []) =>
    found('repository-too-small', kept({ repositories: [{ ...REPOSITORY, ...repository }], promises }));

  it('is one whose disk will be full in days, at the rate of the last ones', () => {
    const growth = { bytes: 10e9, days: 10 };
    expect(told({ freeBytes: 10e9, growth })).toMatchObject([
      {
        severity: 'medium',
        path: 'nas',
        evidence: [expect.stringContaining('10 GB left'), expect.stringContaining('enough for 10 more')],
      },
    ]);
    expect(told({ freeBytes: 2e9, growth })).toMatchObject([{ severity: 'high' }]);
    expect(told({ freeBytes: 100e9, growth })).toEqual([]);
    expect(told({ freeBytes: 1, growth: { bytes: 0, days: 10 } })).toEqual([]);
    expect(told({ growth })).toEqual([]);
  });

  it('is one that cannot take what a schedule is to put there for the first time', () => {
    expect(told({ freeBytes: 4e6 }, [promise()])).toMatchObject([{ severity: 'medium' }]);
    expect(told({ freeBytes: 6e6 }, [promise()])).toEqual([]);
    expect(told({ freeBytes: 4e6, holds: new Set(['db']) }, [promise()])).toEqual([]);
    expect(told({ freeBytes: 4e6 }, [promise({ repository: 'other' })])).toEqual([]);
    expect(told({ freeBytes: 4e6 })).toEqual([]);
  });
});
