import type { Engine } from '#base/engine/engine.ts';
import { inspectContainerOf, readContainer } from '#volume/discover/engine/inspect-container.ts';
import { engineKeyOf, inspectEngine } from '#volume/discover/engine/inspect-engine.ts';
import { inspectImageFacts } from '#volume/discover/engine/inspect-image.ts';
import { type SeenContainer, seenContainer } from '#volume/observe/seen-container.ts';

/** What an engine is called on the ledger. @throws `ENGINE_*` */
export async function engineKey(engine: Engine): Promise<string> {
  return engineKeyOf(engine, await inspectEngine(engine));
}

/** A container as the observer keeps it; undefined when it can write nowhere. @throws `ENGINE_*` */
export async function lookAtContainer(engine: Engine, id: string): Promise<SeenContainer | 'gone' | undefined> {
  const raw = await readContainer(engine, id);
  if (raw === undefined) return 'gone';
  const imageId = raw['Image'];
  const plain = inspectContainerOf(raw, id, undefined, new Set());
  if (seenContainer(plain) === undefined) return undefined;
  // The image may have been removed under it: what the container says is kept then.
  const image = typeof imageId === 'string' && imageId !== '' ? await inspectImageFacts(engine, imageId) : undefined;
  return seenContainer(image === undefined ? plain : inspectContainerOf(raw, id, image, new Set()));
}
