import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const PACKERS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  [`${LAYER}+gzip`, (bytes) => gzipSync(bytes)],
  [LAYER, (bytes) => bytes],
  [`${LAYER}+zstd`, (bytes) => zstd(bytes)],
];

function zstd(input: Buffer): Buffer {
  return execFileSync('zstd', ['-q', '-c'], { input, maxBuffer: 1 << 30 });
}

/** Writes an OCI layout's first image anew, its layers packed with gzip, not at all, and with zstd by turns. */
export function writeMixedLayout(from: string, to: string, tag: string): void {
  const blobs = join(to, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = ({ digest }: Descriptor) => readFileSync(join(from, 'blobs', digest.replace(':', '/')));
  const put = (bytes: Buffer, mediaType: string): Descriptor => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const index: { manifests: Descriptor[] } = JSON.parse(readFileSync(join(from, 'index.json'), 'utf8'));
  const [first] = index.manifests;
  if (first === undefined) throw new Error(`${from} holds no image`);
  const manifest: { config: Descriptor; layers: Descriptor[] } = JSON.parse(blob(first).toString());
  const layers = manifest.layers.map((layer, at) => {
    const stored = blob(layer);
    const bytes = stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored) : stored;
    const [mediaType, pack] = PACKERS[at % PACKERS.length] ?? [LAYER, () => bytes];
    return put(pack(bytes), mediaType);
  });
  const config = put(blob(manifest.config), manifest.config.mediaType);
  const made = put(Buffer.from(JSON.stringify({ ...manifest, config, layers })), first.mediaType);
  const named = { ...made, annotations: { 'org.opencontainers.image.ref.name': tag } };
  writeFileSync(join(to, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(to, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}
