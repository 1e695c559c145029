import type { DiffReport } from '#api/diff-report.ts';
import type { ScanReport } from '#api/scan-report.ts';

type Target = ScanReport['target'];
type Setting = DiffReport['settings'][number];

/** How images differ in what their manifests and configurations say; what neither says is left out. */
export function compareSettings(before: Target, after: Target): readonly Setting[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  return Object.keys(old)
    .map((what) => ({ what, before: old[what] ?? null, after: now[what] ?? null }))
    .filter((setting) => setting.before !== setting.after);
}

function settingsOf({ digest, platform, os, base, layers, size, config }: Target): Record<string, string | null> {
  const some = (words: readonly string[] | undefined) =>
    words === undefined || words.length === 0 ? null : words.join(' ');
  const sorted = (words: readonly string[] | undefined) => some(words?.toSorted());
  return {
    digest: digest ?? null,
    platform: platform ?? null,
    'operating system': os === undefined ? null : os.name,
    'base image': base === undefined ? null : some([base.name ?? '', base.digest ?? ''].filter((part) => part !== '')),
    layers: layers === undefined ? null : String(layers),
    size: size === undefined ? null : `${size.bytes} bytes ${size.of}`,
    created: config?.created ?? null,
    user: config === undefined ? null : (config.user ?? 'root'),
    entrypoint: some(config?.entrypoint),
    command: some(config?.command),
    ports: sorted(config?.ports),
    volumes: sorted(config?.volumes),
  };
}
