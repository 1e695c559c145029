import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dumpGroups, loadPlan } from '#volume/drill/load-plan.ts';

const planOf = (names: readonly string[], command?: string) => {
  const [group] = dumpGroups(names);
  if (group === undefined) throw new Error('no group');
  return loadPlan(group, command);
};
const order = (names: readonly string[]) => {
  const plan = planOf(names);
  return 'why' in plan ? plan.why.code : plan.steps.map(({ name }) => name);
};

test('dumps are loaded container by container, roles before databases', () => {
  expect(dumpGroups(['b/postgres/x.dump', 'a/redis/dump.rdb', 'b/postgres/globals.sql'])).toEqual([
    { container: 'a', names: ['a/redis/dump.rdb'] },
    { container: 'b', names: ['b/postgres/globals.sql', 'b/postgres/x.dump'] },
  ]);
  expect(order(['b/postgres/a.dump', 'b/postgres/globals.sql', 'b/postgres/odd%2Ename.dump'])).toEqual([
    'b/postgres/globals.sql',
    'b/postgres/a.dump',
    'b/postgres/odd%2Ename.dump',
  ]);
  expect(planOf(['b/postgres/base.tar'])).toMatchObject({ steps: [{ name: 'b/postgres/base.tar', places: true }] });
  expect(order(['m/mysql/all-databases.sql'])).toEqual(['m/mysql/all-databases.sql']);
  expect(order(['m/mongo/all.archive'])).toEqual(['m/mongo/all.archive']);
});

test('an own dump is loaded by its label’s command; the name of its file is no part of it', () => {
  expect(planOf(['app/dump'], 'my-load')).toEqual({ steps: [{ name: 'app/dump', script: 'exec <"$1"\nmy-load' }] });
  expect(planOf(['app/dump'])).toMatchObject({ why: { code: 'DRILL_LOAD_UNKNOWN', hint: expect.any(String) } });
  // The label is for own dumps: a known service is loaded as it was dumped.
  expect(planOf(['app/redis/dump.rdb'], 'my-load')).toMatchObject({ load: { restarts: true } });
});

test('what is not known to be loadable is not loaded, nor is what lies beside it', () => {
  for (const names of [
    // A copy of all files comes alone.
    ['b/postgres/globals.sql', 'b/postgres/base.tar'],
    ['b/postgres/below/x.dump'],
    ['b/redis/dump.rdb', 'b/mysql/all-databases.sql'],
    ['b/oracle/all.dmp'],
    ['nothing'],
    ['/postgres/x.dump', '/other'],
  ])
    expect(order(names)).toBe('DRILL_LOAD_UNKNOWN');
});

test('whatever names a manifest has, each dump is in one group, and is loaded once or the group not at all', () => {
  const part = fc.constantFrom('a', 'b', '', '..', 'postgres', 'globals.sql', 'x.dump', 'redis', 'dump.rdb', 'dump');
  const name = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(name, fc.string())),
      fc.option(fc.string(), { nil: undefined }),
      (names, command) => {
        const groups = dumpGroups(names);
        expect(groups.flatMap((group) => group.names).sort()).toEqual([...names].sort());
        for (const group of groups) {
          const plan = loadPlan(group, command);
          if (!('why' in plan)) expect(plan.steps.map((step) => step.name).sort()).toEqual([...group.names].sort());
        }
      },
    ),
  );
});
