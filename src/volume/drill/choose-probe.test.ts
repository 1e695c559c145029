import { expect, test } from 'vitest';
import { comparesFilesOnly, probeName, probeNamed, probeOf } from '#volume/drill/choose-probe.ts';
import { SERVICE_PROBES } from '#volume/drill/list.ts';
import { digestOf, newDigestKey, parseDrillManifest } from '#volume/drill/manifest.ts';

const server = (id: string) => ({ id, role: 'server' as const });

test('a label goes before the service, and an empty one is none', () => {
  const labels = { 'holdfast.volume.probe': ' count ', 'holdfast.volume.user': 'app' };
  expect(probeOf({ labels, service: server('postgres') })).toEqual({ kind: 'label', command: 'count', user: 'app' });
  const probe = probeOf({ labels: { 'holdfast.volume.probe': ' ' }, service: server('valkey') });
  expect(probe && probeName(probe)).toBe('redis');
});

test('a client, a service without a probe, and nothing at all have none', () => {
  expect(probeOf({ labels: {}, service: { id: 'postgres', role: 'client' } })).toBeUndefined();
  expect(probeOf({ labels: {}, service: server('grafana') })).toBeUndefined();
  expect(probeOf({ labels: {} })).toBeUndefined();
});

test('a probe is found again by what a manifest keeps of it', () => {
  for (const { id } of SERVICE_PROBES) {
    const probe = probeNamed(id, undefined, undefined);
    expect(probe && probeName(probe)).toBe(id);
  }
  expect(probeNamed('label', 'count', 'app')).toEqual({ kind: 'label', command: 'count', user: 'app' });
  expect(probeNamed('label', undefined, undefined)).toBeUndefined();
  expect(probeNamed('of a later version', undefined, undefined)).toBeUndefined();
});

test('a label asks for files only', () => {
  expect(comparesFilesOnly({ labels: { 'holdfast.volume.drill': 'files' } })).toBe(true);
  expect(comparesFilesOnly({ labels: {} })).toBe(false);
});

test('a digest tells values apart, and depends on its key', () => {
  const [key, other] = [newDigestKey(), newDigestKey()];
  expect(digestOf(key, '7')).toBe(digestOf(key, '7'));
  expect(new Set([digestOf(key, '7'), digestOf(key, '8'), digestOf(other, '7')]).size).toBe(3);
});

test('a manifest of another form gives nothing', () => {
  const writer = { container: 'c', name: 'db', image: 'postgres', destinations: ['/data'] };
  const drill = { key: 'ab', writers: [writer] };
  expect(parseDrillManifest({ volume: 'v', drill })).toEqual(drill);
  for (const odd of [
    undefined,
    null,
    [],
    { drill: 3 },
    { drill: { key: 1, writers: [] } },
    { drill: { key: 'a', writers: [{}] } },
  ]) {
    expect(parseDrillManifest(odd)).toBeUndefined();
  }
});
