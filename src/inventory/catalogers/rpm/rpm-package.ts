import type { FoundPackage } from '#inventory/package.ts';
import { hasControls, withoutControls } from '#inventory/plain-text.ts';
import { headerNumber, headerText, type RpmHeader } from './header.ts';
import { parseSourceRpm } from './source-rpm.ts';

/** What is known of an installed package, as rpm's tags say it. */
export interface RpmFacts {
  readonly name: string;
  readonly version: string;
  readonly release: string | undefined;
  readonly epoch: number | undefined;
  readonly architecture: string | undefined;
  readonly sourceRpm: string | undefined;
  readonly vendor: string | undefined;
  readonly licence: string | undefined;
  readonly modularity: string | undefined;
}

/** Keys that rpm keeps in the database as if they were packages. */
const KEY_PACKAGE = 'gpg-pubkey';

const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  licence: 1014,
  architecture: 1022,
  sourceRpm: 1044,
  modularity: 5096,
} as const;

/** Undefined when the header names no package and version, or names them with control characters. */
export function factsOf(header: RpmHeader): RpmFacts | undefined {
  const name = headerText(header, TAGS.name);
  const version = headerText(header, TAGS.version);
  if (name === undefined || version === undefined) return undefined;
  const facts: RpmFacts = {
    name,
    version,
    release: headerText(header, TAGS.release),
    epoch: headerNumber(header, TAGS.epoch, 0),
    architecture: headerText(header, TAGS.architecture),
    sourceRpm: headerText(header, TAGS.sourceRpm),
    vendor: shown(headerText(header, TAGS.vendor)),
    licence: shown(headerText(header, TAGS.licence)),
    modularity: headerText(header, TAGS.modularity),
  };
  return isDamaged(facts) ? undefined : facts;
}

function shown(text: string | undefined): string | undefined {
  return (text && withoutControls(text)) || undefined;
}

/** True when a fact that is compared has control characters, which rpm lets no package have. */
export function isDamaged(facts: RpmFacts): boolean {
  return Object.values(facts).some((fact) => typeof fact === 'string' && hasControls(fact));
}

/** The package, its version written `[epoch:]version-release` with no epoch for 0. Undefined for rpm's keys. */
export function packageOf(facts: RpmFacts): FoundPackage | undefined {
  if (facts.name === KEY_PACKAGE) return undefined;
  const epoch = facts.epoch === undefined || facts.epoch === 0 ? undefined : String(facts.epoch);
  const bare = facts.release === undefined ? facts.version : `${facts.version}-${facts.release}`;
  const source = facts.sourceRpm === undefined ? undefined : parseSourceRpm(facts.sourceRpm);
  const qualifiers = {
    ...(epoch === undefined ? {} : { epoch }),
    ...(source === undefined || facts.sourceRpm === undefined ? {} : { upstream: facts.sourceRpm }),
  };
  return {
    type: 'rpm',
    name: facts.name,
    version: epoch === undefined ? bare : `${epoch}:${bare}`,
    ...(facts.architecture === undefined ? {} : { architecture: facts.architecture }),
    ...(source === undefined ? {} : { source }),
    licences: facts.licence === undefined ? [] : [facts.licence],
    ...(facts.vendor === undefined ? {} : { vendor: facts.vendor }),
    ...(facts.modularity === undefined ? {} : { modularity: facts.modularity }),
    evidence: 'installed',
    ...(Object.keys(qualifiers).length === 0 ? {} : { qualifiers }),
  };
}
