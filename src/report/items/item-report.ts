import type { DoctorReport } from '#api/doctor-report.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import type { JudgedCheck } from '#report/host-report.ts';
import { checkItems } from '#report/items/check-items.ts';
import { doctorItems } from '#report/items/doctor-items.ts';
import { hostItems } from '#report/items/host-items.ts';
import { type ItemDraft, itemsOf, type ReportItem, type Subject } from '#report/items/item.ts';
import { judgedSubject, lintItems, lintUnknowns } from '#report/items/lint-items.ts';
import { failureItems, type TargetFailure } from '#report/items/problem-items.ts';
import { findingItems, scanUnknowns, subjectOf } from '#report/items/scan-items.ts';
import type { LintReportInput } from '#report/lint-report.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** All that a run says of one subject; without items, nothing is wrong with it. */
export interface ItemGroup {
  readonly subject: Subject;
  readonly items: readonly ReportItem[];
  readonly verdict?: 'allow' | 'deny' | 'unknown';
  /** The operating system in an image, for people. */
  readonly system?: string;
}

/** A run as formats for machines take it. */
export interface ItemReport {
  readonly run: ReportRun;
  readonly groups: readonly ItemGroup[];
}

/** The run that a report is of. */
export interface ReportRun {
  readonly command: 'scan' | 'check' | 'lint' | 'doctor';
  /** The directory that paths in reports are relative to, absolute: the one of the run. */
  readonly root: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly createdAt: string;
  /** What was named and could not be looked at at all. */
  readonly failures?: readonly TargetFailure[];
}

type GroupDraft = Omit<ItemGroup, 'items'> & { readonly items: readonly ItemDraft[] };

/** Fingerprints differ in the whole report. */
function reportOf(run: ReportRun, looked: readonly GroupDraft[]): ItemReport {
  const failed = failureItems(run.failures ?? []).map((item): GroupDraft => ({ subject: item.subject, items: [item] }));
  const drafts = [...looked, ...failed];
  const items = itemsOf(drafts.flatMap((draft) => draft.items));
  let at = 0;
  const groups = drafts.map((draft) => {
    const from = at;
    at += draft.items.length;
    return { ...draft, items: items.slice(from, at) };
  });
  return { run, groups };
}

/** Findings, and what could not be read or compared. */
export function scanItemReport(reports: readonly ScanReportInput[], run: ReportRun): ItemReport {
  return reportOf(run, reports.map(scanGroup));
}

function scanGroup(report: ScanReportInput): GroupDraft {
  const { os } = report.inventory;
  return {
    subject: subjectOf(report),
    items: [...findingItems(report), ...scanUnknowns(report)],
    ...(os === undefined ? {} : { system: os.name }),
  };
}

/** What verdicts say: reasons, what is missing, warnings, what is accepted. */
export function checkItemReport(inputs: readonly CheckReportInput[], run: ReportRun): ItemReport {
  return reportOf(
    run,
    inputs.map((input) => {
      const { denies, missing, warnings, accepted } = checkItems(input);
      return {
        ...scanGroup(input.report),
        items: [...denies, ...missing, ...warnings, ...accepted],
        verdict: input.verdict.decision,
      };
    }),
  );
}

/** All findings of the scans that verdicts were reached over, but those that somebody accepts. */
export function checkFindingsReport(inputs: readonly CheckReportInput[], run: ReportRun): ItemReport {
  return reportOf(
    run,
    inputs.map((input) => {
      const group = scanGroup(input.report);
      const keyOf = ({ ruleId, flaw }: ItemDraft) => `${ruleId} ${flaw?.package.purl}`;
      const accepted = new Set(checkItems(input).accepted.map(keyOf));
      const items = group.items.filter((item) => item.flaw === undefined || !accepted.has(keyOf(item)));
      return { ...group, items, verdict: input.verdict.decision };
    }),
  );
}

/** What was said of files: a group each, also of those with which nothing is wrong. */
export function lintItemReport(input: LintReportInput, run: ReportRun): ItemReport {
  const groups = new Map<string, GroupDraft & { items: ItemDraft[] }>();
  const groupOf = (subject: Subject) => {
    const known = groups.get(subject.name);
    if (known !== undefined) return known;
    const made: GroupDraft & { items: ItemDraft[] } = { subject, items: [] };
    groups.set(subject.name, made);
    return made;
  };
  for (const one of input.judged) groupOf(judgedSubject(one));
  for (const item of [...lintItems(input), ...lintUnknowns(input)]) groupOf(item.subject).items.push(item);
  return reportOf(run, [...groups.values()]);
}

/** How the checks of the host came out. */
export function hostItemReport(judged: readonly JudgedCheck[], run: ReportRun): ItemReport {
  return reportOf(run, [{ subject: { kind: 'host', name: 'this host' }, items: hostItems(judged) }]);
}

/** All that doctor says: a group for each image, container and volume, one for the host, one for what was not looked at. */
export function doctorItemReport(report: DoctorReport, run: ReportRun): ItemReport {
  const { images, data, containers, host, missing } = doctorItems(report);
  const groups = new Map<string, GroupDraft & { items: ItemDraft[] }>();
  for (const item of [...images, ...data, ...containers, ...host, ...missing]) {
    const { subject } = item;
    const key = `${subject.kind} ${subject.name}`;
    const group = groups.get(key) ?? { subject, items: [] };
    groups.set(key, group);
    group.items.push(item);
  }
  return reportOf(run, [...groups.values()]);
}
