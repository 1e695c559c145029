import { expect, it } from 'vitest';
import { unkeptData } from '#app/volume/guard/unkept-data.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { container, discovery, mounts, service, survey } from '../../../../test/fakes/discovery.ts';

const PG = '/var/lib/postgresql/data';
const CLUSTER = survey({ [PG]: 40 }, { [`${PG}/PG_VERSION`]: 'PostgreSQL' });
const postgres = service('library/postgres', { tag: '16' });
const inLayer = { ...postgres, layer: { seen: 'in-place' as const, survey: CLUSTER } };

/** What is said of a command about one container: `lost`, `may be`, or nothing. */
async function said(verb: string, more: Partial<DiscoveredContainer>): Promise<string> {
  const one = container('db', more);
  const other = container('other', inLayer);
  const { lost, problems } = await unkeptData(async () => discovery([one, other]), `docker ${verb}`, [one]);
  for (const { message } of [...problems, ...(lost === undefined ? [] : [lost])]) {
    expect(message).toContain('db:');
    expect(message).not.toContain('other');
  }
  return lost !== undefined ? 'lost' : problems.length > 0 ? 'may be' : '';
}

it('a database in the container’s own layer goes when that is removed, and may go when it is made anew', async () => {
  for (const verb of ['rm', 'down']) expect(await said(verb, inLayer)).toBe('lost');
  expect(await said('up', inLayer)).toBe('may be');
  for (const verb of ['stop', 'restart', 'exec']) expect(await said(verb, inLayer)).toBe('');
  expect(await said('stop', { ...inLayer, removedAtEnd: true })).toBe('lost');
});

it('one in memory goes when the container ends', async () => {
  const memory = { ...postgres, mounts: [mounts.tmpfs(PG, survey({}, { '/PG_VERSION': 'PostgreSQL' }))] };
  for (const verb of ['rm', 'stop', 'restart', 'kill']) expect(await said(verb, memory)).toBe('lost');
  expect(await said('up', memory)).toBe('may be');
});

it('what is in a volume, named or not, is kept; what is little or nothing holds nobody up', async () => {
  for (const mount of [mounts.named('v', PG), mounts.anonymous('a', PG)]) {
    expect(await said('rm', { ...postgres, mounts: [mount] })).toBe('');
  }
  expect(await said('rm', {})).toBe('');
  const grown = survey({ '/srv/up': 90 });
  expect(await said('rm', { restartPolicy: 'always', layer: { seen: 'in-place', survey: grown } })).toBe('may be');
});

it('the engine is not asked about commands that take nothing away', async () => {
  const look = () => Promise.reject(new Error('asked'));
  const one = container('db', inLayer);
  expect(await unkeptData(look, 'docker exec', [one])).toEqual({ problems: [] });
  expect(await unkeptData(look, 'docker volume rm', [])).toEqual({ problems: [] });
  await expect(unkeptData(look, 'docker rm', [one])).rejects.toThrow('asked');
});
