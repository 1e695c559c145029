import { withoutControls } from '#inventory/plain-text.ts';

const NAME = /^(?:@[A-Za-z0-9~!'()*_.-]+\/)?[A-Za-z0-9~!'()*-][A-Za-z0-9~!'()*_.-]*$/;
const SHOWN = /^[!-~]+$/;
const VERSION = /^[=v]{0,2}\d{1,16}\.\d{1,16}\.\d{1,16}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const LICENCE_LIMIT = 200;
const NAME_LIMIT = 214;
const VERSION_LIMIT = 256;

/** True for what npm takes as a package's name, old ones with capitals included (validate-npm-package-name). */
export function isNpmName(name: string): boolean {
  return name.length <= NAME_LIMIT && NAME.test(name);
}

/** True for a semantic version, also with the leading `v` or `=` that npm passes over. */
export function isNpmVersion(text: string): boolean {
  return text.length <= VERSION_LIMIT && VERSION.test(text);
}

/** True for any text that can stand as an installed package's version: npm shows such as they are. */
export function isShownVersion(text: string): boolean {
  return text.length <= VERSION_LIMIT && SHOWN.test(text);
}

/** A plain JSON object, or undefined. */
export function jsonObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function oneLicence(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : (jsonObject(value)?.['type'] ?? jsonObject(value)?.['name']);
  if (typeof text !== 'string') return undefined;
  const trimmed = withoutControls(text).trim();
  return trimmed === '' || trimmed.length > LICENCE_LIMIT ? undefined : trimmed;
}

/**
 * Licences as declared: `license` as a string or `{type}`, and the older `licenses` with one or a list of either
 * (npm's package.json documentation, `license`). Texts over 200 characters are no names and left out, control characters too.
 */
export function npmLicences(fields: Readonly<Record<string, unknown>>): readonly string[] {
  const values = [fields['license'], fields['licenses']].flatMap((value): unknown[] =>
    Array.isArray(value) ? value : [value],
  );
  return [...new Set(values.map(oneLicence).filter((licence) => licence !== undefined))];
}
