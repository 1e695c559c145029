import { describe, expect, test } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { type ImageIndex, MEDIA_TYPES } from '#core/oci/manifest.ts';
import { checkPlatform, selectPlatform } from '#core/oci/select-platform.ts';
import { parsePlatform } from '#core/platform.ts';

let serial = 0;
function offer(platform?: string, extra: Partial<Descriptor> = {}): Descriptor {
  serial += 1;
  const digest = parseDigest(`sha256:${String(serial).padStart(64, '0')}`);
  return {
    mediaType: MEDIA_TYPES.manifest,
    digest,
    sizeBytes: 1,
    ...(platform ? { platform: parsePlatform(platform) } : {}),
    ...extra,
  };
}
const index = (...manifests: Descriptor[]): ImageIndex => ({
  kind: 'index',
  mediaType: MEDIA_TYPES.index,
  manifests,
  annotations: {},
});
const select = (wanted: string, ...manifests: Descriptor[]) =>
  selectPlatform(index(...manifests), parsePlatform(wanted));

describe('selectPlatform', () => {
  test('takes the exact platform, wherever it stands', () => {
    const wanted = offer('linux/amd64');
    expect(select('linux/amd64', offer('linux/amd64/v3'), offer('linux/arm64'), wanted)).toBe(wanted);
  });

  test('takes arm64/v8 for arm64 and the other way round', () => {
    const eight = offer('linux/arm64/v8');
    const plain = offer('linux/arm64');
    expect(select('linux/arm64', offer('linux/arm64/v9'), eight)).toBe(eight);
    expect(select('linux/arm64/v8', offer('linux/arm64/v9'), plain)).toBe(plain);
    expect(select('linux/arm64', eight, plain)).toBe(plain);
  });

  test('takes v7 for arm without a variant, and never another variant for one that was named', () => {
    const seven = offer('linux/arm/v7');
    expect(select('linux/arm', offer('linux/arm/v5'), seven)).toBe(seven);
    expect(() => select('linux/arm/v7', offer('linux/arm/v6'))).toThrow(
      expect.objectContaining({ code: 'PLATFORM_NOT_FOUND' }),
    );
  });

  test('lists what is there and hints at the option', () => {
    expect(() => select('linux/s390x', offer('linux/amd64'), offer('linux/arm/v7'))).toThrow(
      expect.objectContaining({
        code: 'PLATFORM_NOT_FOUND',
        message: 'There is no image for linux/s390x; there is linux/amd64, linux/arm/v7',
        hint: 'Choose one of them, for example --platform linux/amd64',
      }),
    );
  });

  test('leaves attestations and other artifacts out', () => {
    const attestation = offer('linux/amd64', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } });
    const chart = offer('linux/amd64', { mediaType: 'application/vnd.cncf.helm.chart' });
    expect(() => select('linux/amd64', attestation, chart, offer('unknown/unknown'))).toThrow(
      'nothing that names its platform',
    );
    expect(() => select('unknown/unknown', offer('unknown/unknown'))).toThrow(
      expect.objectContaining({ code: 'PLATFORM_NOT_FOUND' }),
    );
  });

  test('names Windows when that is all there is, or what was asked for', () => {
    const code = expect.objectContaining({ code: 'PLATFORM_WINDOWS' });
    expect(() => select('linux/amd64', offer('windows/amd64'), offer('unknown/unknown'))).toThrow(code);
    expect(() => select('windows/amd64', offer('windows/amd64'), offer('linux/amd64'))).toThrow(code);
  });

  test('takes the only image when no platform is named at all', () => {
    const only = offer();
    expect(select('linux/amd64', only)).toBe(only);
    expect(() => select('linux/amd64', only, offer())).toThrow(expect.objectContaining({ code: 'PLATFORM_NOT_FOUND' }));
  });

  test('shows no control characters of a hostile index', () => {
    const hostile = offer(undefined, { platform: { os: 'linux\u001b[2J', architecture: 'amd64' } });
    expect(() => select('linux/amd64', hostile)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('\u001b') }),
    );
  });
});

describe('checkPlatform', () => {
  const config = (os: string, architecture: string) => ({ os, architecture, labels: {}, diffIds: [], history: [] });

  test('passes any Linux image when none was asked for, and the one that was', () => {
    checkPlatform(config('linux', 'riscv64'), undefined);
    checkPlatform(config('linux', 'arm64'), parsePlatform('linux/arm64/v8'));
  });

  test('refuses Windows and another platform', () => {
    expect(() => checkPlatform(config('windows', 'amd64'), undefined)).toThrow(
      expect.objectContaining({ code: 'PLATFORM_WINDOWS' }),
    );
    expect(() => checkPlatform(config('linux', 'arm64'), parsePlatform('linux/amd64'))).toThrow('there is linux/arm64');
  });
});
