import { withoutControls } from '#inventory/plain-text.ts';

const FORMAT = /^Format(?:-Specification)?:[^\n]*copyright-format/m;

/**
 * Short names after `License:` in a machine-readable debian/copyright (DEP 5), sorted, each once.
 * A file in any other form declares nothing that could be read without guessing.
 */
export function declaredLicences(bytes: Buffer): readonly string[] {
  // Only the first lines can hold the format's header.
  if (!FORMAT.test(bytes.toString('latin1', 0, 2048))) return [];
  const text = bytes.toString('utf8');
  const found = new Set<string>();
  for (let at = text.indexOf('\nLicense:'); at >= 0; at = text.indexOf('\nLicense:', at + 1)) {
    const end = text.indexOf('\n', at + 9);
    const name = withoutControls(text.slice(at + 9, end < 0 ? undefined : end)).trim();
    if (name !== '' && name.length <= 120) found.add(name);
  }
  return [...found].sort();
}
