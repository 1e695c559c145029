import { type Manifest, PARTS, parseManifest } from '#app/home/backup/format.ts';
import { type IncomingFile, invalidBackup, linesOf, smallBody } from '#app/home/backup/read-archive.ts';
import { type HomeConfig, parseConfig } from '#app/home/home.ts';
import type { BlobStore } from '#base/blobs/blob-store.ts';
import { parseDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { LEAF_LIMIT_BYTES } from '#ledger/leaf.ts';
import { formatVerifierKey, parseSignerKey, type Signer } from '#ledger/note/keys.ts';
import type { RecordSource } from '#ledger/store/restore-leaves.ts';

/** The beginning of a backup, checked. */
export interface BackupHead {
  readonly manifest: Manifest;
  readonly signer: Signer;
  readonly config: HomeConfig;
}

/** Hands out files in the one order that a backup has. */
export interface Incoming {
  /** The file that comes now; undefined at the end. */
  readonly peek: () => Promise<IncomingFile | undefined>;
  /** Takes the file that must come now. @throws `BACKUP_INVALID` */
  readonly take: (path: string) => Promise<IncomingFile>;
}

const MANIFEST_LIMIT_BYTES = 64 * 1024;
const KEY_LIMIT_BYTES = 8 * 1024;
const CONFIG_LIMIT_BYTES = 1024 * 1024;
const NOTE_LINE_LIMIT_BYTES = 128 * 1024;

export function incomingOf(files: AsyncIterator<IncomingFile>): Incoming {
  let next: IncomingFile | undefined;
  const peek = async () => {
    if (next === undefined) {
      const step = await files.next();
      next = step.done === true ? undefined : step.value;
    }
    return next;
  };
  return {
    peek,
    take: async (path) => {
      const file = await peek();
      if (file?.path !== path) throw invalidBackup(`${path} is not in its place`);
      next = undefined;
      return file;
    },
  };
}

/** @throws `BACKUP_INVALID`, `BACKUP_TOO_NEW` */
export async function takeHead(incoming: Incoming): Promise<BackupHead> {
  const manifest = parseManifest(await smallBody(await incoming.take(PARTS.manifest), MANIFEST_LIMIT_BYTES));
  const key = await smallBody(await incoming.take(PARTS.key), KEY_LIMIT_BYTES);
  const publicKey = await smallBody(await incoming.take(PARTS.publicKey), KEY_LIMIT_BYTES);
  const config = await smallBody(await incoming.take(PARTS.config), CONFIG_LIMIT_BYTES);
  const signer = orInvalid('its key is none', () => parseSignerKey(key.trim()));
  const verifierKey = formatVerifierKey(signer.verifierKey);
  if (publicKey.trim() !== verifierKey || manifest.verifierKey !== verifierKey || manifest.origin !== signer.name) {
    throw invalidBackup('its keys do not belong together');
  }
  return { manifest, signer, config: orInvalid('its configuration is none', () => parseConfig(config)) };
}

/** Puts every blob, whose bytes must be those of its name. @returns how many there were */
export async function takeBlobs(
  incoming: Incoming,
  blobs: BlobStore,
  progress: (text: string) => void,
): Promise<number> {
  for (let count = 0; ; count += 1) {
    const file = await incoming.peek();
    if (!file?.path.startsWith(PARTS.blobs)) return count;
    const hex = file.path.slice(PARTS.blobs.length);
    const digest = orInvalid('a blob’s name is no digest', () => parseDigest(`sha256:${hex}`));
    const put = await blobs.put((await incoming.take(file.path)).body);
    if (put.digest !== digest) throw invalidBackup(`the bytes of the blob ${digest} are not those of its name`);
    if (put.sizeBytes !== file.sizeBytes) throw invalidBackup(`the blob ${digest} was cut off`);
    if (count % 100 === 99) progress(`${count + 1} blobs`);
  }
}

/** The record, which is the rest of a backup. */
export function recordSource(incoming: Incoming, { size, root }: Manifest): RecordSource {
  return {
    size,
    root: Buffer.from(root, 'base64'),
    leaves: async function* () {
      yield* linesOf(await incoming.take(PARTS.leaves), LEAF_LIMIT_BYTES);
    },
    checkpoints: async function* () {
      for await (const lines of linesOf(await incoming.take(PARTS.checkpoints), NOTE_LINE_LIMIT_BYTES)) {
        yield lines.map(noteOf);
      }
    },
    ended: async () => {
      const more = await incoming.peek();
      if (more !== undefined) throw invalidBackup(`${JSON.stringify(more.path.slice(0, 100))} does not belong there`);
    },
  };
}

function noteOf(line: Buffer): string {
  const note = orInvalid('a checkpoint is no JSON text', () => JSON.parse(line.toString('utf8')) as unknown);
  if (typeof note !== 'string') throw invalidBackup('a checkpoint is no JSON text');
  return note;
}

function orInvalid<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'BACKUP_INVALID') throw error;
    // Without the cause: it may quote a key.
    throw invalidBackup(what);
  }
}
