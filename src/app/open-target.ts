import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { parseTarget, splitFileAndName, splitLayout, type Target } from '#app/parse-target.ts';
import { readable, statPath } from '#app/stat-path.ts';
import { HoldfastError } from '#core/errors.ts';
import { hostPlatform, type Platform } from '#core/platform.ts';
import { parseReference } from '#core/reference.ts';
import type { Image, ImageDescription } from '#image/image.ts';
import type { Inventory } from '#inventory/package.ts';

export interface OpenOptions {
  readonly platform?: Platform;
  /** False: nothing is hashed. */
  readonly verify: boolean;
  /** Engine images through the engine's export, where every byte can be hashed, not from its directories. */
  readonly exportOnly: boolean;
  /** Plain HTTP to registries that are not on this host. */
  readonly insecure: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/** A target that was found. */
export type OpenedTarget =
  | { readonly kind: 'image'; readonly image: Image; readonly leftOut: readonly string[] }
  | { readonly kind: 'sbom'; readonly description: ImageDescription; readonly inventory: Inventory };

const SBOM_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * Finds what a target names. A word without a prefix is an existing path, by its content, or else a reference: the
 * local engine's image first, then the registry's. Loads only the kind of source that is needed.
 * @throws `TARGET_INVALID`, `REFERENCE_INVALID`, `FILE_UNREADABLE`, and what the source throws
 */
export async function openTarget(text: string, options: OpenOptions): Promise<OpenedTarget> {
  const target = parseTarget(text);
  return target.kind === 'bare' ? openBare(target.value, options) : openKind(target, options);
}

async function openKind({ kind, value }: Target, options: OpenOptions): Promise<OpenedTarget> {
  switch (kind) {
    case 'docker-archive':
    case 'oci-archive': {
      const { openArchive } = await import('#source/kinds/docker-archive/index.ts');
      const { file, name } = splitFileAndName(value);
      return image(openArchive(file, kind, choiceOf(options, name)));
    }
    case 'oci': {
      const { openOciLayout } = await import('#source/kinds/oci-layout/index.ts');
      const { file, name } = splitLayout(value);
      return image(openOciLayout(file, choiceOf(options, name)));
    }
    case 'dir':
    case 'rootfs': {
      const { openTree } = await import('#source/kinds/tree/index.ts');
      const tree = openTree(kind, value);
      return { kind: 'image', image: tree.image, leftOut: tree.leftOut };
    }
    case 'docker': {
      const { openEngineImage } = await import('#source/kinds/docker-engine/index.ts');
      return image(await openEngineImage(value, options));
    }
    case 'container': {
      const { openContainer } = await import('#source/kinds/container/index.ts');
      return image(await openContainer(value, options));
    }
    case 'registry': {
      const { openRegistry } = await import('#source/kinds/registry/index.ts');
      return image(await openRegistry(parseReference(value), options));
    }
    case 'sbom':
      return openSbom(value);
    case 'bare':
      return openBare(value, options);
  }
}

function image(opened: Image): OpenedTarget {
  return { kind: 'image', image: opened, leftOut: [] };
}

function choiceOf(options: OpenOptions, name: string | undefined) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    defaultPlatform: hostPlatform(),
    verify: options.verify,
  };
}

async function openBare(value: string, options: OpenOptions): Promise<OpenedTarget> {
  const found = statPath(value);
  if (found?.isDirectory()) {
    const layout = statPath(join(value, 'oci-layout'))?.isFile() === true;
    const rootfs = statPath(join(value, 'etc'))?.isDirectory() === true;
    return openKind({ kind: layout ? 'oci' : rootfs ? 'rootfs' : 'dir', value }, options);
  }
  if (found?.isFile()) return openKind({ kind: startsLikeJson(value) ? 'sbom' : 'docker-archive', value }, options);
  if (found !== undefined) {
    const message = `${value} is neither a file nor a directory`;
    throw new HoldfastError('FILE_UNREADABLE', message, {
      path: value,
      kind: 'usage',
      hint: 'Write it to a file first.',
    });
  }
  if (value.startsWith('/') || value.startsWith('./') || value.startsWith('../')) {
    const { file } = splitLayout(value);
    if (file !== value)
      return openKind({ kind: statPath(file)?.isDirectory() ? 'oci' : 'docker-archive', value }, options);
    throw new HoldfastError('FILE_UNREADABLE', `There is no ${value}`, {
      path: value,
      kind: 'usage',
      hint: 'Check the path. An image is named without ./ or / in front.',
    });
  }
  const reference = parseReference(value);
  try {
    return await openKind({ kind: 'docker', value }, options);
  } catch (error) {
    if (!(error instanceof HoldfastError) || !ELSEWHERE.has(error.code)) throw error;
  }
  const { openRegistry } = await import('#source/kinds/registry/index.ts');
  return image(await openRegistry(reference, options));
}

/** The engine is not there or has no such image: the registry is asked. */
const ELSEWHERE: ReadonlySet<string> = new Set(['ENGINE_UNREACHABLE', 'ENGINE_DENIED', 'ENGINE_IMAGE_NOT_FOUND']);

function startsLikeJson(file: string): boolean {
  const fd = readable(file, () => openSync(file, 'r'));
  try {
    const head = Buffer.alloc(64);
    return /^\uFEFF?\s*[{[]/.test(head.toString('utf8', 0, readSync(fd, head)));
  } finally {
    closeSync(fd);
  }
}

async function openSbom(file: string): Promise<OpenedTarget> {
  const found = statPath(file);
  if (found?.isFile() !== true) {
    throw new HoldfastError('FILE_UNREADABLE', `There is no file ${file}`, {
      path: file,
      kind: 'usage',
      hint: 'Name a CycloneDX or SPDX document in JSON.',
    });
  }
  if (found.size > SBOM_LIMIT_BYTES) {
    throw new HoldfastError('SBOM_INVALID', `An SBOM of ${found.size} bytes is larger than ${SBOM_LIMIT_BYTES}`, {
      path: file,
    });
  }
  const { readSbom } = await import('#inventory/formats/read-sbom.ts');
  const sbom = readSbom(readable(file, () => readFileSync(file)));
  return {
    kind: 'sbom',
    description: {
      kind: 'sbom',
      reference: file,
      verified: 'not-applicable',
      annotations: {},
      tags: [],
      problems: sbom.problems,
    },
    inventory: {
      ...(sbom.os === undefined ? {} : { os: sbom.os }),
      repositories: sbom.repositories,
      packages: sbom.packages,
      base: sbom.base ?? { layers: 0, method: 'none' },
      problems: sbom.problems,
      catalogers: [],
    },
  };
}
