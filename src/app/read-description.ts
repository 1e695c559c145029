import { type OpenOptions, openTarget } from '#app/open-target.ts';
import { HoldfastError } from '#core/errors.ts';
import type { ImageDescription } from '#image/image.ts';

/**
 * What manifest and configuration say of a target; nothing of its layers is read. An archive that passes by once is not
 * compared with its digests: those are of its layers.
 * @throws what opening a target throws
 */
export async function readDescription(target: string, options: OpenOptions): Promise<ImageDescription> {
  try {
    return await describe(target, options);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'DIGEST_NOT_COMPUTED') throw error;
    return describe(target, { ...options, verify: false });
  }
}

async function describe(target: string, options: OpenOptions): Promise<ImageDescription> {
  const opened = await openTarget(target, options);
  if (opened.kind === 'sbom') return opened.description;
  try {
    const { description } = await opened.image.read(async (_, expected) => ({ result: undefined, ...expected }));
    return description;
  } finally {
    await opened.image.close();
  }
}
