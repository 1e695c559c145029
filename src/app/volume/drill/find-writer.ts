import { object } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import { inspectContainerOf, readContainer } from '#volume/discover/engine/inspect-container.ts';
import { imageFactsOf } from '#volume/discover/engine/inspect-image.ts';
import { shellWord } from '#volume/doctor/fix.ts';
import { comparesFilesOnly, loadLabels, type Probe, probeNamed, probeOf } from '#volume/drill/choose-probe.ts';
import {
  type ContainerDefinition,
  definitionOf,
  definitionOfImage,
  definitionOfKept,
} from '#volume/drill/definition.ts';
import type { DrillWriter } from '#volume/drill/manifest.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import type { StackContainer } from '#volume/snapshot/stack-definition.ts';
import type { RecognisedService } from '#workload/known-data/recognise.ts';

/** What a drill starts. */
export interface DrillSubject {
  readonly definition: ContainerDefinition;
  /** The name of the writer that it stands for. */
  readonly writer: string;
  readonly container: string;
  /** What the engine is told to start: the writer's image, by its id or digest. */
  readonly image: { readonly reference: string; readonly id: string };
  readonly probe?: Probe;
  /** The value from before the snapshot. */
  readonly value?: string;
  /** It uses databases or other stores that a drill has not. */
  readonly usesOthers: boolean;
  /** What it is known to be. */
  readonly service?: RecognisedService;
  /** The label `holdfast.volume.load`, and who runs it. */
  readonly load?: { readonly command: string; readonly user?: string };
  readonly notes: readonly Problem[];
}

/** Nothing can or should be started; why. */
export interface NothingToStart {
  readonly why: Problem;
}

/** What is known of the writers of a snapshot. */
export interface KnownWriters {
  /** The volume that it is of. */
  readonly volume: string;
  /** From its manifest. */
  readonly manifest: readonly DrillWriter[];
  /** From the manifest or the ledger, also of snapshots that older versions took. */
  readonly writers: readonly Writer[];
  /** From the snapshot of their stack, when the volume was taken with it. */
  readonly stack: readonly StackContainer[];
}

/** A writer of a snapshot, and what is known of it. */
export interface Candidate {
  readonly writer: Writer;
  readonly kept?: DrillWriter;
  readonly living?: DiscoveredContainer;
  readonly definition?: ContainerDefinition;
  readonly probe?: Probe;
}

const MOST_WRITERS = 50;

/** Gathers what is known of a snapshot's writers. @throws `ENGINE_*` */
export function candidatesOf(
  engine: EngineControl,
  discovery: Discovery,
  { volume, manifest, writers }: KnownWriters,
): Promise<readonly Candidate[]> {
  return Promise.all(
    writers.slice(0, MOST_WRITERS).map(async (writer): Promise<Candidate> => {
      const kept = manifest.find(({ container }) => container === writer.container);
      const living = livingOf(discovery, writer, volume);
      const raw = living === undefined ? undefined : await readContainer(engine, living.id);
      const probe =
        kept?.probe === undefined ? living && probeOf(living) : probeNamed(kept.probe, kept.command, kept.user);
      return {
        writer,
        ...(kept === undefined ? {} : { kept }),
        ...(living === undefined ? {} : { living }),
        ...(raw === undefined ? {} : { definition: definitionOf(raw) }),
        ...(probe === undefined ? {} : { probe }),
      };
    }),
  );
}

/**
 * Finds the container that a drill of a snapshot starts: one of its writers, as it is now; when it has gone, as its stack's
 * snapshot keeps it, or as its image alone says. The image is the one that wrote. @throws `ENGINE_*`
 */
export function findWriter(
  engine: EngineControl,
  discovery: Discovery,
  known: KnownWriters,
  candidates: readonly Candidate[],
): Promise<DrillSubject | NothingToStart> {
  const chosen =
    candidates.find(({ probe }) => probe?.kind === 'label') ??
    candidates.find(({ probe }) => probe !== undefined) ??
    candidates.find(({ definition }) => definition?.hasHealthCheck) ??
    candidates[0];
  return subjectOf(engine, discovery, known, chosen);
}

/** Finds the same for the dumps of one container: that container, as it was when the snapshot was taken. @throws `ENGINE_*` */
export function findDumped(
  engine: EngineControl,
  discovery: Discovery,
  known: KnownWriters,
  candidates: readonly Candidate[],
  container: string,
): Promise<DrillSubject | NothingToStart> {
  const named = candidates.filter(({ writer }) => writer.name === container);
  // One that came before it may have had its name.
  return subjectOf(engine, discovery, known, named.find(({ kept }) => kept !== undefined) ?? named.at(-1));
}

async function subjectOf(
  engine: EngineControl,
  discovery: Discovery,
  { volume, stack }: KnownWriters,
  chosen: Candidate | undefined,
): Promise<DrillSubject | NothingToStart> {
  if (chosen === undefined) {
    return { why: { code: 'DRILL_NO_WRITER', message: 'No container is known to have written to it' } };
  }
  const { writer, kept, living, probe } = chosen;
  if (living !== undefined && comparesFilesOnly(living)) {
    return { why: { code: 'DRILL_FILES_ONLY', message: `The label of ${writer.name} asks for its files only` } };
  }
  const image = await imageOf(engine, writer);
  if (image === undefined) {
    const [digest] = writer.digests;
    const id = writer.imageId ?? digest ?? 'an unknown id';
    const message = `The engine does not have the image that wrote: ${writer.image} of ${writer.name}, ${id}`;
    const hint =
      digest === undefined ? 'Bring it with docker save and docker load.' : `docker pull ${shellWord(digest)}`;
    return { why: { code: 'DRILL_IMAGE_MISSING', message, hint } };
  }
  const notes: Problem[] = [];
  const keptDefinition = stack.find(({ name }) => name === writer.name);
  let { definition } = chosen;
  if (definition === undefined && keptDefinition !== undefined) {
    definition = definitionOfKept(keptDefinition.create, writer.image, writer.imageId);
  }
  if (definition === undefined || !definition.volumes.some(({ name }) => name === volume)) {
    const destination = kept?.destinations[0];
    if (destination === undefined) {
      const message = `${writer.name} has gone, and where it had the volume is not known`;
      return { why: { code: 'DRILL_MOUNT_UNKNOWN', message } };
    }
    definition = definitionOfImage(image.raw, writer.image, volume, destination);
    const message = `${writer.name} has gone: its environment, user and command are not known, and its image’s are used`;
    notes.push({ code: 'DRILL_DEFINITION_MISSING', message });
  }
  const { service, labels } = living ?? madeSo(definition, image.raw);
  const { load, user } = kept?.load === undefined ? loadLabels(labels) : kept;
  return {
    ...{ definition, writer: writer.name, container: writer.container, notes },
    ...(service === undefined ? {} : { service }),
    ...(load === undefined ? {} : { load: { command: load, ...(user === undefined ? {} : { user }) } }),
    image: { reference: writer.image, id: image.id },
    ...(probe === undefined ? {} : { probe }),
    ...(kept?.value === undefined ? {} : { value: kept.value }),
    usesOthers: living !== undefined && discovery.stores.some(({ container }) => container === living.id),
  };
}

/** What a container would be known as that was made so; what its definition does not say, its image does. */
function madeSo({ config, image, labels }: ContainerDefinition, raw: JsonObject) {
  const own = isObject(raw['Config']) ? raw['Config'] : {};
  const inspected = { Config: { ...own, ...config, Image: image, Labels: labels } };
  return inspectContainerOf(inspected, '', imageFactsOf(raw), new Set()).container;
}

/** The writer itself, else what has its name and its volume now: the same service, made anew. */
function livingOf({ containers }: Discovery, writer: Writer, volume: string): DiscoveredContainer | undefined {
  const has = ({ mounts }: DiscoveredContainer) => mounts.some(({ source }) => source === volume);
  return (
    containers.find(({ id }) => id === writer.container) ??
    containers.find((one) => one.name === writer.name && has(one))
  );
}

async function imageOf(engine: EngineControl, { imageId, digests }: Writer) {
  for (const id of [...(imageId === undefined ? [] : [imageId]), ...digests]) {
    // From a manifest anything may come: what is no name would be another question to the engine.
    if (!/^[A-Za-z0-9][A-Za-z0-9_.:@/-]*$/.test(id) || id.split('/').some((part) => /^\.*$/.test(part))) continue;
    const path = `/images/${id.split('/').map(encodeURIComponent).join('/')}/json`;
    const body = await engine.read(path);
    if (body !== undefined) return { id, raw: object(body, path) };
  }
  return undefined;
}
