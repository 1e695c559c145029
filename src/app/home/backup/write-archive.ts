import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** A file of an archive that is to be written. */
export interface OutgoingFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Exactly so many bytes. */
  readonly body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Files as one tar (ustar), in their order. Nothing of this machine or its users stands in it. */
export async function* archiveOf(files: AsyncIterable<OutgoingFile>, mtime: Date): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const feed = async () => {
    for await (const { path, sizeBytes, body } of files) {
      const sink = archive.entry({ name: path, size: sizeBytes, mode: 0o600, mtime, type: 'file' });
      await pipeline(Readable.from(body), sink);
    }
    archive.finalize();
  };
  let failed: { readonly error: unknown } | undefined;
  const feeding = feed().catch((error: unknown) => {
    failed ??= { error };
    archive.destroy();
  });
  try {
    for await (const chunk of archive as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    failed ??= { error };
  } finally {
    archive.destroy();
    await feeding;
  }
  if (failed !== undefined) throw failed.error;
}
