import type { CelThread } from '#app/policy/cel-thread.ts';
import { factsOfScan } from '#app/policy/facts-of-scan.ts';
import { evaluate } from '#policy/evaluate.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { Policy } from '#policy/policy.ts';
import type { Verdict } from '#policy/verdict.ts';
import type { Waiver } from '#policy/waiver/waiver.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** What scanned targets are judged by. */
export interface Judging {
  readonly policies: readonly Policy[];
  readonly waivers: readonly Waiver[];
  /** Sentences about the files of waivers, for every verdict. */
  readonly notes: readonly string[];
  /** Keys of the findings that were there before; undefined when nothing is compared. */
  readonly baseline: ReadonlySet<string> | undefined;
  /** Where the targets shall run; undefined when nobody said. */
  readonly environment: string | undefined;
  readonly now: Date;
  /** Undefined where no policy has CEL. */
  readonly cel: CelThread | undefined;
}

/** A target that was judged. */
export interface Checked {
  readonly report: ScanReportInput;
  readonly facts: Facts;
  readonly verdict: Verdict;
}

/** Judges what a scan found. Never throws: what cannot be judged is unknown. */
export async function checkTarget(report: ScanReportInput, judging: Judging): Promise<Checked> {
  const { policies, waivers, baseline, now, environment } = judging;
  const facts = factsOfScan(report, { now, environment });
  const cel = (await judging.cel?.judge(policies, facts, now.getTime())) ?? new Map();
  const verdict = evaluate({ facts, policies, waivers, baseline, now: now.getTime(), cel });
  return { report, facts, verdict: { ...verdict, notes: [...verdict.notes, ...judging.notes] } };
}
