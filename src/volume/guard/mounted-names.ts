import { type GivenFlag, valuesOf } from '#volume/guard/flags.ts';

/** What a new container mounts of what may be there already. */
export interface MountedNames {
  readonly volumes: readonly string[];
  /** Directories of the host, as they are written. */
  readonly binds: readonly string[];
  /** Containers whose mounts it takes over, or that it replaces. */
  readonly containers: readonly string[];
}

/** Reads `--volume`, `--mount`, `--volumes-from`, and Podman's `--replace`. */
export function mountedNames(flags: readonly GivenFlag[]): MountedNames | { readonly why: string } {
  const volumes: string[] = [];
  const binds: string[] = [];
  const put = (source: string) => (/^[./~]/.test(source) ? binds : volumes).push(source);
  for (const text of valuesOf(flags, 'volume')) {
    const [source = '', ...rest] = text.split(':');
    // A path alone is a new volume without a name.
    if (rest.length > 0) put(source);
  }
  for (const text of valuesOf(flags, 'mount')) {
    if (text.includes('"')) return { why: `The quotes in --mount ${text.slice(0, 100)} are not understood` };
    const fields = new Map(
      text.split(',').map((field): [string, string] => {
        const equals = field.indexOf('=');
        return equals < 0 ? [field, ''] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
      }),
    );
    const source = fields.get('source') ?? fields.get('src') ?? '';
    const type = fields.get('type') ?? 'volume';
    if (type === 'volume' && source !== '') volumes.push(source);
    else if (type === 'bind' && source !== '') binds.push(source);
  }
  const from = valuesOf(flags, 'volumes-from').map((text) => text.split(':', 1)[0] ?? '');
  const replaced = valuesOf(flags, 'replace').includes('true') ? valuesOf(flags, 'name') : [];
  return { volumes: unique(volumes), binds: unique(binds), containers: unique([...from, ...replaced]) };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== ''))];
}
