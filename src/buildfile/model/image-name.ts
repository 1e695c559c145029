import { withoutQuotes } from '#buildfile/model/instruction.ts';

/** An image as FROM or `--from` name it; with variables it may have parts that only a build knows. */
export interface ImageName {
  /** As written, without quotes. */
  readonly written: string;
  /** What stands before the first slash, where it is a host. */
  readonly registry?: string;
  /** Without registry, tag and digest. */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** More than any reference has. */
const MOST_LENGTH = 1000;

/** Takes a reference apart, leniently: what is no proper reference still has a name. */
export function imageName(text: string): ImageName {
  const written = withoutQuotes(text.slice(0, MOST_LENGTH));
  let rest = written;
  const at = rest.indexOf('@');
  const digest = at < 0 ? {} : { digest: rest.slice(at + 1) };
  if (at >= 0) rest = rest.slice(0, at);
  const slash = rest.indexOf('/');
  const host = slash < 0 ? '' : rest.slice(0, slash);
  const isHost = /[.:]/.test(host.replace(/\$\{[^}]*\}/g, '')) || host === 'localhost';
  const registry = isHost ? { registry: host } : {};
  if (isHost) rest = rest.slice(slash + 1);
  const colon = tagColon(rest);
  const tag = colon < 0 ? {} : { tag: rest.slice(colon + 1) };
  return { written, ...registry, name: colon < 0 ? rest : rest.slice(0, colon), ...tag, ...digest };
}

/** The colon before a tag: after the last slash, and not one of `${NAME:-default}`. */
function tagColon(text: string): number {
  let depth = 0;
  let colon = -1;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (depth <= 0 && char === '/') colon = -1;
    else if (depth <= 0 && char === ':' && colon < 0) colon = at;
  }
  return colon;
}
