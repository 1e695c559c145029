import type { Position } from '#core/position.ts';
import { wholly } from '#workload/dialects/unknown-part.ts';
import type { Mount } from '#workload/model/container.ts';

const PROPAGATION: ReadonlySet<string> = new Set(['shared', 'rshared', 'slave', 'rslave', 'private', 'rprivate']);

/** `[SOURCE:]TARGET[:OPTIONS]` of Docker and Compose. */
export function mountOfString(text: string, at: Position): Mount {
  // `C:\data:/data`: the first colon belongs to a drive.
  const drive = /^[A-Za-z]:[\\/]/.test(text) ? text.slice(0, 2) : '';
  const parts = text.slice(drive.length).split(':');
  const [first = '', second, options = ''] = parts;
  if (second === undefined) return { kind: 'anonymous', target: drive + first, readOnly: false, at };
  const words = options.split(',');
  const propagation = words.find((word) => PROPAGATION.has(word));
  const source = wholly(drive + first);
  return {
    kind: source !== undefined && isHostPath(source) ? 'host' : 'volume',
    ...(source === undefined ? {} : { source }),
    target: wholly(second),
    readOnly: words.includes('ro') || words.includes('readonly'),
    at,
    ...(propagation === undefined ? {} : { propagation }),
  };
}

/** Whether a source is a path of the host and not a volume's name. */
export function isHostPath(source: string): boolean {
  return /^(?:[./~]|[A-Za-z]:[\\/]|\\\\)/.test(source);
}
