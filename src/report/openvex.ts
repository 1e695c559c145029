import { createHash } from 'node:crypto';
import { formatPurl } from '#core/purl.ts';
import { VERSION } from '#core/version.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import type { Verdict, Waived } from '#policy/verdict.ts';
import { untilWords } from '#policy/waiver/expiry.ts';
import { JUSTIFICATIONS } from '#policy/waiver/justification.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

interface Subject {
  readonly facts: Facts;
  readonly verdict: Verdict;
  readonly waivers: readonly Waiver[];
}

interface Statement {
  readonly vulnerability: { readonly name: string; readonly aliases?: readonly string[] };
  readonly products: readonly Readonly<Record<string, unknown>>[];
  readonly status: FindingFacts['status'];
  readonly status_notes?: string;
  readonly justification?: string;
  readonly impact_statement?: string;
  readonly action_statement?: string;
}

/**
 * The states of all findings as one OpenVEX document (0.2.0): what VEX files said of them, what a waiver with a justification
 * says, and `affected` with what to do for the others. The same findings give the same document.
 */
export function openVexOf(subjects: readonly Subject[], now: Date) {
  const statements = subjects.flatMap(statementsOf);
  const timestamp = now.toISOString();
  const hash = createHash('sha256')
    .update(JSON.stringify([timestamp, statements]))
    .digest('hex');
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `urn:holdfast:vex:${hash}`,
    author: 'Holdfast',
    role: 'Document Creator',
    timestamp,
    version: 1,
    tooling: `holdfast ${VERSION}`,
    statements,
  };
}

function statementsOf({ facts, verdict, waivers }: Subject): readonly Statement[] {
  const { findings } = facts;
  const all =
    findings.state === 'collected' ? findings.value : findings.state === 'failed' ? (findings.partial ?? []) : [];
  const image = imageId(facts);
  const groups = new Map<string, { statement: Omit<Statement, 'products'>; purls: Set<string> }>();
  for (const finding of all) {
    const waived = verdict.waived.find(
      ({ reason }) => reason.vulnerability === finding.id && reason.purl === finding.purl,
    );
    const statement = statementOf(
      finding,
      waived,
      waivers.find(({ id }) => id === waived?.waiver),
    );
    const key = JSON.stringify(statement);
    const group = groups.get(key) ?? { statement, purls: new Set() };
    group.purls.add(finding.purl);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ statement, purls }) => {
    const parts = [...purls].map((purl) => ({ '@id': purl, identifiers: { purl } }));
    return { ...statement, products: image === undefined ? parts : [{ ...image, subcomponents: parts }] };
  });
}

function statementOf(
  { id, aliases, status, statement, package: name, version, fixedVersions }: FindingFacts,
  waived: Waived | undefined,
  waiver: Waiver | undefined,
): Omit<Statement, 'products'> {
  const vulnerability = { name: id, ...(aliases.length === 0 ? {} : { aliases }) };
  const notes = statement === null ? {} : { status_notes: statement };
  if (waiver?.justification !== undefined && status !== 'fixed') {
    const impact = `${waiver.author}, until ${untilWords(waiver.expires)}: ${waiver.reason}`;
    return { vulnerability, status: 'not_affected', justification: waiver.justification, impact_statement: impact };
  }
  if (status === 'not_affected') {
    const justification = JUSTIFICATIONS.find((word) => statement?.includes(word) === true);
    return {
      ...{ vulnerability, status },
      ...(justification === undefined ? { impact_statement: statement ?? 'as its vendor says' } : { justification }),
      ...notes,
    };
  }
  if (status !== 'affected') return { vulnerability, status, ...notes };
  const [lowest] = fixedVersions;
  const fix = lowest === undefined ? 'No fix is known.' : `Update ${name} ${version} to ${lowest}.`;
  const accepted =
    waived === undefined ? '' : ` Accepted by ${waived.author} until ${untilWords(waived.expires)}: ${waived.because}.`;
  return { vulnerability, status, action_statement: `${fix}${accepted}`, ...notes };
}

/** The image by its package URL; undefined for what has no name of a registry's. */
function imageId({ image }: Facts): Readonly<Record<string, unknown>> | undefined {
  if (image.state !== 'collected') return undefined;
  const { registry, repository, tag, digest } = image.value;
  if (registry === null || repository === null) return undefined;
  const purl = formatPurl({
    type: 'oci',
    name: repository.slice(repository.lastIndexOf('/') + 1),
    ...(digest === null ? {} : { version: digest }),
    qualifiers: { repository_url: `${registry}/${repository}`, ...(tag === null ? {} : { tag }) },
  });
  const hash = digest?.startsWith('sha256:') === true ? { hashes: { 'sha-256': digest.slice('sha256:'.length) } } : {};
  return { '@id': purl, identifiers: { purl }, ...hash };
}
