import { statPath } from '#app/stat-path.ts';
import { HoldfastError } from '#core/errors.ts';

/** The kinds of targets that a prefix names. */
const TARGET_KINDS = [
  'docker-archive',
  'oci-archive',
  'oci',
  'dir',
  'rootfs',
  'docker',
  'container',
  'registry',
  'sbom',
] as const;

export type TargetKind = (typeof TARGET_KINDS)[number];

/** What the user asked for. A word without a prefix is decided by what is there. */
export interface Target {
  readonly kind: TargetKind | 'bare';
  /** What follows the prefix. */
  readonly value: string;
}

/** @throws `TARGET_INVALID` for an empty target */
export function parseTarget(text: string): Target {
  const colon = text.indexOf(':');
  const prefix = colon < 0 ? '' : text.slice(0, colon);
  const kind = TARGET_KINDS.find((known) => known === prefix);
  const value = kind === undefined ? text : text.slice(colon + 1);
  if (value === '') {
    throw new HoldfastError('TARGET_INVALID', `${JSON.stringify(text)} names nothing to scan`, {
      kind: 'usage',
      hint: `Write KIND:WHAT with one of ${TARGET_KINDS.join(', ')}; or a path or an image reference.`,
    });
  }
  return { kind: kind ?? 'bare', value };
}

/** A file and, behind its last colon, which image in it: `image.tar:app:1`. The longest existing path is the file. */
export function splitFileAndName(value: string): { readonly file: string; readonly name?: string } {
  for (let end = value.length; end > 0; end = value.lastIndexOf(':', end - 1)) {
    const file = value.slice(0, end);
    if (statPath(file) === undefined) continue;
    return end === value.length ? { file } : { file, name: value.slice(end + 1) };
  }
  return { file: value };
}

/** A layout's directory with `:tag` or `@digest`. */
export function splitLayout(value: string): { readonly file: string; readonly name?: string } {
  const at = value.lastIndexOf('@');
  if (at > 0 && value.slice(at + 1).includes(':')) return { file: value.slice(0, at), name: value.slice(at + 1) };
  return splitFileAndName(value);
}
