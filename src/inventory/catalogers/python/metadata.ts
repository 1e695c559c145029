import type { FoundPackage } from '#inventory/package.ts';
import { type HeaderField, readHeaders } from './headers.ts';

const SHORT_LICENCE = 100;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,212}[A-Za-z0-9])?$/;
const VERSION = /^[!-~]{1,200}$/;

function first(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

function isStated(licence: string | undefined): licence is string {
  return licence !== undefined && licence !== '' && licence.toUpperCase() !== 'UNKNOWN';
}

/** The last part of `License :: OSI Approved :: MIT License`; the category alone names no licence. */
function classified(value: string): string | undefined {
  const parts = value.split('::').map((part) => part.trim());
  const last = parts.at(-1) ?? '';
  return parts[0] === 'License' && parts.length > 1 && last !== '' && last !== 'OSI Approved' ? last : undefined;
}

function licences(fields: readonly HeaderField[]): readonly string[] {
  const expression = first(fields, 'license-expression');
  if (isStated(expression)) return [expression];
  const free = first(fields, 'license');
  const short = isStated(free) && free.length <= SHORT_LICENCE && !free.includes('\n') ? [free] : [];
  const classes = fields.filter((field) => field.name === 'classifier').map((field) => classified(field.value));
  return [...new Set([...short, ...classes.filter((licence) => licence !== undefined)])];
}

/**
 * The package that METADATA or PKG-INFO describes (core metadata specification): Name and Version as declared, the
 * licence from License-Expression, else from a License of one short line and the classifiers. Undefined when name or
 * version is missing or could not be either.
 */
export function readMetadata(bytes: Buffer): FoundPackage | undefined {
  const fields = readHeaders(bytes);
  const name = first(fields, 'name') ?? '';
  const version = first(fields, 'version') ?? '';
  if (!NAME.test(name) || !VERSION.test(version)) return undefined;
  return { type: 'pypi', name, version, licences: licences(fields), evidence: 'installed' };
}
