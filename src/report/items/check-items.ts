import type { Finding } from '#finding/finding.ts';
import { RULES } from '#policy/rules/list.ts';
import { missingOf, type PolicyReason, reasonsOf } from '#policy/verdict.ts';
import { untilWords } from '#policy/waiver/expiry.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import type { ItemDraft, Outcome } from '#report/items/item.ts';
import { sentenceOf } from '#report/items/problem-items.ts';
import { findingItem, subjectOf } from '#report/items/scan-items.ts';

/** What a verdict says, by how it counts. */
export interface CheckItems {
  readonly denies: readonly ItemDraft[];
  readonly missing: readonly ItemDraft[];
  readonly warnings: readonly ItemDraft[];
  readonly accepted: readonly ItemDraft[];
}

/** A flaw that several rules speak of is one item, with all that they say; its id is the flaw's, as in a scan. */
export function checkItems(input: CheckReportInput): CheckItems {
  const { verdict } = input;
  const findings = findingsByFlaw(input);
  const items = (reasons: readonly PolicyReason[], outcome: Outcome) =>
    byFlaw(reasons).map((group) => reasonItem(group, outcome, input, findings));
  return {
    denies: items(reasonsOf(verdict), 'fails'),
    missing: missingItems(input),
    warnings: items(verdict.warnings, 'warns'),
    accepted: verdict.waived.map(({ reason, author, because, expires, waiver }) => ({
      ...reasonItem([reason], 'accepted', input, findings),
      why: `Accepted by ${author} until ${untilWords(expires)}: ${because} (${waiver})`,
    })),
  };
}

type Group = readonly [PolicyReason, ...PolicyReason[]];

function byFlaw(reasons: readonly PolicyReason[]): readonly Group[] {
  const groups = new Map<string, [PolicyReason, ...PolicyReason[]]>();
  for (const [index, reason] of reasons.entries()) {
    const { vulnerability, purl, positions } = reason;
    const key = vulnerability === undefined ? String(index) : JSON.stringify([vulnerability, purl, positions[0]]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reason]);
    else group.push(reason);
  }
  return [...groups.values()];
}

type FindingsByFlaw = ReadonlyMap<string, readonly Finding[]>;

function findingsByFlaw({ report }: CheckReportInput): FindingsByFlaw {
  const byFlaw = new Map<string, Finding[]>();
  for (const finding of report.findings.findings) {
    const key = `${finding.id} ${finding.package.purl}`;
    const others = byFlaw.get(key);
    if (others === undefined) byFlaw.set(key, [finding]);
    else others.push(finding);
  }
  return byFlaw;
}

/** Of a package that is in several places, the one of the reason's. */
function findingOf({ vulnerability, purl, positions }: PolicyReason, findings: FindingsByFlaw): Finding | undefined {
  const all = findings.get(`${vulnerability} ${purl}`) ?? [];
  const [place] = positions;
  const layer = place?.kind === 'layer' ? place.layer : undefined;
  return all.find((one) => one.package.layer?.index === layer) ?? all[0];
}

function reasonItem(group: Group, outcome: Outcome, { report }: CheckReportInput, findings: FindingsByFlaw): ItemDraft {
  const [reason] = group;
  const subject = subjectOf(report);
  const rules = [...new Set(group.map(({ policy, rule }) => `${policy}: ${rule}`))];
  const sentence = [...new Set(group.map((one) => one.sentence))].join(' ');
  const finding = findingOf(reason, findings);
  if (finding !== undefined) {
    const item = findingItem(finding, report, subject);
    return { ...item, outcome, sentence, tags: [...rules, ...item.tags] };
  }
  const facts = RULES.find(({ id }) => id === reason.rule);
  return {
    ruleId: reason.vulnerability ?? `policy/${reason.rule}`,
    title: facts?.title ?? `The rule ${reason.rule} of the policy ${reason.policy}`,
    severity: reason.severity,
    outcome,
    sentence,
    ...(facts === undefined ? {} : { why: facts.why }),
    ...(reason.fix === undefined ? {} : { fix: reason.fix }),
    ...(reason.evidence === undefined ? {} : { evidence: reason.evidence }),
    positions: report.layers === undefined ? [] : reason.positions,
    subject,
    tags: rules,
    ...identityOf(reason),
  };
}

function identityOf({ vulnerability, package: name, sentence }: PolicyReason) {
  return { identity: vulnerability === undefined ? [sentence] : [name ?? ''] };
}

function missingItems({ verdict, report }: CheckReportInput): readonly ItemDraft[] {
  return missingOf(verdict).map(({ policy, rule, sentence, hint }) => ({
    ruleId: rule === '-' ? 'policy/none' : `policy/${rule}`,
    title: RULES.find(({ id }) => id === rule)?.title ?? 'No policy could be asked',
    severity: 'unknown',
    outcome: 'unknown',
    sentence: sentenceOf(sentence),
    ...(hint === undefined ? {} : { fix: hint }),
    positions: [],
    subject: subjectOf(report),
    tags: policy === '-' ? [] : [`${policy}: ${rule}`],
  }));
}
