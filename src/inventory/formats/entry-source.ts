import type { Purl } from '#core/purl.ts';
import { SYSTEM_TYPES } from '#inventory/formats/entry-name.ts';
import type { Facts } from '#inventory/formats/package-facts.ts';
import type { SourcePackage } from '#inventory/package.ts';

const TRIVY = 'aquasecurity:trivy:';
const SYFT = 'syft:metadata:';

type First = (name: string) => string | undefined;

/** Trivy's properties keep epoch, version and release apart. */
function byTrivy(first: First): readonly [string | undefined, string | undefined] {
  const version = first(`${TRIVY}SrcVersion`);
  if (version === undefined) return [first(`${TRIVY}SrcName`), undefined];
  const epoch = first(`${TRIVY}SrcEpoch`) ?? '0';
  const release = first(`${TRIVY}SrcRelease`);
  const whole = `${epoch === '0' ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
  return [first(`${TRIVY}SrcName`), whole];
}

/** `name`, `name@version`, or the file name of a source rpm, `name-version-release.src.rpm`. */
function byUpstream(text: string | undefined): readonly [string | undefined, string | undefined] {
  const rpm = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(text ?? '');
  if (rpm !== null) return [rpm[1], rpm[2]];
  const at = text?.lastIndexOf('@') ?? -1;
  return text === undefined || at <= 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function bySourceInfo(text: string | undefined): readonly [string | undefined, string | undefined] {
  const match = /^built package from: (\S+)(?: (\S+))?$/.exec(text ?? '');
  return [match?.[1], match?.[2]];
}

/**
 * The source package by what other tools write: Trivy's properties and `sourceInfo`, the qualifier `upstream` of package
 * URLs, Syft's properties. One without a version has the binary package's. The version of a source rpm has no epoch.
 */
export function entrySource(facts: Facts, purl: Purl, version: string): SourcePackage | undefined {
  if (!SYSTEM_TYPES.has(purl.type)) return undefined;
  const first: First = (name) => facts.get(name)?.[0] || undefined;
  const found = [
    byTrivy(first),
    byUpstream(purl.qualifiers?.['upstream']),
    [first(`${SYFT}source`), first(`${SYFT}sourceVersion`)] as const,
    byUpstream(first(`${SYFT}sourceRpm`)),
    [first(`${SYFT}originPackage`), undefined] as const,
    bySourceInfo(first('spdx:sourceInfo')),
  ].find(([name]) => name !== undefined && name !== '');
  const [name, own] = found ?? [];
  if (name === undefined) return undefined;
  const whole = own === undefined || own === '' ? version : own;
  return { name, version: purl.type === 'rpm' ? whole.replace(/^\d+:/, '') : whole };
}
