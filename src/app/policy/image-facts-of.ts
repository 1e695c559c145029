import { formatPlatform } from '#core/platform.ts';
import { parseReference, type Reference } from '#core/reference.ts';
import type { Inventory } from '#inventory/package.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** An image says of itself what it likes. */
const MOST_LABELS = 200;
const MOST_WORDS = 200;
const MOST_CHARACTERS = 1000;

/** Reproducible builds say 1970, or what tar or zip begin with; a time to come is as made-up. */
const FIRST_TIME = Date.UTC(1981, 0, 1);
const AHEAD_MS = 24 * 3_600_000;

/** What manifest and configuration say of a scanned image. */
export function imageFactsOf(report: ScanReportInput, now: Date): ImageFacts {
  const { description, inventory } = report;
  const { config, digest, imageId, platform, size } = description;
  const reference = referenceOf(description.kind, description.reference);
  const { base, os } = inventory;
  return {
    reference: description.reference.toWellFormed().slice(0, 500),
    registry: reference?.registry ?? null,
    repository: reference?.repository ?? null,
    tag: reference?.tag ?? null,
    pinned: reference?.digest !== undefined,
    digest: digest ?? null,
    imageId: imageId ?? null,
    platform: platform === undefined ? null : formatPlatform(platform),
    created: createdAt(config?.created, now),
    layers: report.layers ?? null,
    sizeBytes: size?.bytes ?? null,
    sizeOf: size?.of ?? null,
    user: config === undefined ? null : tame(config.user ?? ''),
    root: config === undefined ? null : isRoot(config.user ?? '', inventory.user),
    entrypoint: config === undefined ? null : some(config.entrypoint),
    command: config === undefined ? null : some(config.command),
    ports: config === undefined ? null : some(config.ports),
    volumes: config === undefined ? null : some(config.volumes),
    labels: Object.fromEntries(
      Object.entries(config?.labels ?? {})
        .slice(0, MOST_LABELS)
        .map(([name, value]) => [tame(name), tame(value)]),
    ),
    base: base.method === 'none' ? null : { name: base.name ?? null, digest: base.digest ?? null, method: base.method },
    os: os === undefined ? null : { id: os.id, versionId: os.versionId, name: os.name },
    verified: description.verified,
  };
}

function some(words: readonly string[] = []): string[] {
  return words.slice(0, MOST_WORDS).map(tame);
}

function tame(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toWellFormed();
}

/** What a registry or an engine calls by reference has one; files have names of their own, and ids are none. */
function referenceOf(kind: string, text: string): Reference | undefined {
  if (kind !== 'registry' && kind !== 'docker') return undefined;
  if (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(text)) return undefined;
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

function createdAt(created: string | undefined, now: Date): string | null {
  const time = created === undefined ? Number.NaN : Date.parse(created);
  if (Number.isNaN(time) || time < FIRST_TIME || time > now.getTime() + AHEAD_MS) return null;
  return new Date(time).toISOString();
}

/**
 * Whether a `USER` is root (OCI image specification, config, `User`: a name or a number, with a group behind a colon).
 * Nothing is root, and a number is what it says. A name is what the image's list of users says; where that does not have it,
 * `root` is root all the same, and of any other name nobody knows: null.
 */
function isRoot(user: string, listed: Inventory['user']): boolean | null {
  const [name = ''] = user.split(':');
  if (name === '') return true;
  if (/^[+-]?\d+$/.test(name)) return Number(name) === 0;
  if (listed?.name === name) return listed.uid === 0;
  return name === 'root' ? true : null;
}
