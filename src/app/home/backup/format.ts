import * as z from 'zod/mini';
import { invalidBackup } from '#app/home/backup/read-archive.ts';
import { HoldfastError } from '#core/errors.ts';

/**
 * The files of a backup, in this order. The record comes last: its events were snapshotted first, so every blob that
 * they name stands before them, and restoring needs one pass and one transaction.
 */
export const PARTS = {
  manifest: 'manifest.json',
  key: 'keys/ledger.key',
  publicKey: 'keys/ledger.pub',
  config: 'config.json',
  /** Followed by the digest's hexadecimal digits. */
  blobs: 'blobs/sha256/',
  /** Leaf bytes of the events, one on a line, by position. */
  leaves: 'ledger/leaves.jsonl',
  /** Signed notes, each as a JSON text on a line, smallest tree first. */
  checkpoints: 'ledger/checkpoints.jsonl',
} as const;

const FORMAT = 'holdfast-home-backup';
const VERSION = 1;

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** ISO 8601, UTC. */
  madeAt: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  /** Of the program that wrote it. */
  program: z.string().check(z.maxLength(100)),
  origin: z.string().check(z.maxLength(1000)),
  verifierKey: z.string().check(z.maxLength(4096)),
  /** Events. */
  size: z.int().check(z.gte(1)),
  /** base64 of the RFC 6962 root over them. */
  root: z.string().check(z.length(44)),
  /** Where the ledger was. It can be restored into either. */
  database: z.enum(['sqlite', 'postgres']),
});

/** What a backup says of itself, in its first file. */
export type Manifest = Omit<z.infer<typeof schema>, 'format' | 'version'>;

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, null, 2)}\n`;
}

/** @throws `BACKUP_INVALID`, `BACKUP_TOO_NEW` */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidBackup('its manifest is no JSON');
  }
  const version = Object(value)['version'] as unknown;
  if (typeof version === 'number' && version > VERSION) {
    throw new HoldfastError('BACKUP_TOO_NEW', `The backup has form ${version}, this program reads ${VERSION}`, {
      hint: 'Use the newer holdfast that wrote it.',
    });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidBackup('its manifest is not as it is written');
  const { format: _, version: __, ...manifest } = parsed.data;
  return manifest;
}
