import { isCsaf, readCsaf } from '#policy/vex/csaf.ts';
import { isCycloneDxVex, readCycloneDxVex } from '#policy/vex/cyclonedx.ts';
import { isOpenVex, readOpenVex } from '#policy/vex/openvex.ts';
import { type VexStatement, vexInvalid } from '#policy/vex/statement.ts';

/**
 * The statements of a VEX document, whose kind its content tells: OpenVEX, CSAF or CycloneDX, as JSON.
 * @param source what statements call it
 * @throws `VEX_INVALID` for anything else
 */
export function readVex(text: string, source: string): readonly VexStatement[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw vexInvalid(source, 'it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw vexInvalid(source, 'it is no document');
  const document = value as Readonly<Record<string, unknown>>;
  if (isOpenVex(document)) return readOpenVex(document, source);
  if (isCsaf(document)) return readCsaf(document, source);
  if (isCycloneDxVex(document)) return readCycloneDxVex(document, source);
  throw vexInvalid(source, 'it is neither OpenVEX nor CSAF nor CycloneDX with vulnerabilities');
}
