import type { FoundPackage } from '#inventory/package.ts';
import { hasControls } from '#inventory/plain-text.ts';
import { type HeaderField, readHeaders } from './headers.ts';

const SHORT_LICENCE = 100;
const NAME_LIMIT = 214;
const VERSION_LIMIT = 200;
const EXPRESSION_LIMIT = 1000;

function first(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** Projects of before today's rules have names and versions with spaces; Python lists them as they are. */
function isShown(text: string, limit: number): boolean {
  return text !== '' && text.length <= limit && !hasControls(text);
}

function isStated(licence: string | undefined): licence is string {
  return licence !== undefined && licence !== '' && licence.toUpperCase() !== 'UNKNOWN';
}

/** The last part of `License :: OSI Approved :: MIT License`; the category alone names no licence. */
function classified(value: string): string | undefined {
  const parts = value.split('::').map((part) => part.trim());
  const last = parts.at(-1) ?? '';
  const names = parts[0] === 'License' && parts.length > 1 && last !== 'OSI Approved' && isShown(last, SHORT_LICENCE);
  return names ? last : undefined;
}

function licences(fields: readonly HeaderField[]): readonly string[] {
  const expression = first(fields, 'license-expression');
  if (isStated(expression) && isShown(expression, EXPRESSION_LIMIT)) return [expression];
  const free = first(fields, 'license');
  const short = isStated(free) && isShown(free, SHORT_LICENCE) ? [free] : [];
  const classes = fields.filter((field) => field.name === 'classifier').map((field) => classified(field.value));
  return [...new Set([...short, ...classes.filter((licence) => licence !== undefined)])];
}

/**
 * The package that METADATA or PKG-INFO describes (core metadata specification): Name and Version as declared, the
 * licence from License-Expression, else from a License of one short line and the classifiers. Undefined when name or
 * version is missing, too long, or has control characters.
 */
export function readMetadata(bytes: Buffer): FoundPackage | undefined {
  const fields = readHeaders(bytes);
  const name = first(fields, 'name') ?? '';
  const version = first(fields, 'version') ?? '';
  if (!isShown(name, NAME_LIMIT) || !isShown(version, VERSION_LIMIT)) return undefined;
  return { type: 'pypi', name, version, licences: licences(fields), evidence: 'installed' };
}
