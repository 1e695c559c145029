import { describe, expect, it } from 'vitest';
import { NO_RETENTION, policyFor, withPolicy } from '#volume/retention/retention-settings.ts';

const settings = {
  default: { last: 1 },
  volumes: { db: { daily: 7 }, '/srv/data': { yearly: 2 } },
  stacks: { shop: { weekly: 4 } },
};
const none = () => null;

describe('the policy of a volume', () => {
  it('is its own, else that of its stack, else the default', () => {
    expect(policyFor(settings, 'db', () => 'shop')).toMatchObject({ policy: { daily: 7 }, from: { kind: 'volume' } });
    expect(policyFor(settings, '/srv/data', none)).toMatchObject({ policy: { yearly: 2 } });
    expect(policyFor(settings, 'files', () => 'shop')).toMatchObject({ policy: { weekly: 4 }, from: { name: 'shop' } });
    expect(policyFor(settings, 'files', () => 'other')).toMatchObject({ policy: { last: 1 } });
    expect(policyFor(settings, 'files', none)).toMatchObject({ policy: { last: 1 }, from: { kind: 'default' } });
    expect(policyFor(NO_RETENTION, 'files', none)).toEqual({ kind: 'none' });
  });

  it('is none where it may be that of a stack, and nobody knows', () => {
    expect(policyFor(settings, 'files', () => undefined)).toEqual({ kind: 'stack-unknown' });
    expect(policyFor({ ...settings, stacks: {} }, 'files', () => undefined)).toMatchObject({ policy: { last: 1 } });
  });

  it('is not found in what every object has', () => {
    expect(policyFor(settings, 'constructor', none)).toMatchObject({ from: { kind: 'default' } });
  });

  it('is changed in one place, and taken away there', () => {
    const changed = withPolicy(settings, { kind: 'stack', name: 'blog' }, { last: 9 });
    expect(changed).toEqual({ ...settings, stacks: { blog: { last: 9 }, shop: { weekly: 4 } } });
    expect(withPolicy(changed, { kind: 'stack', name: 'blog' }, undefined)).toEqual(settings);
    expect(withPolicy(settings, { kind: 'default' }, undefined)).not.toHaveProperty('default');
  });
});
