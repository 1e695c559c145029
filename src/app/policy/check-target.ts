import type { CelThread } from '#app/policy/cel-thread.ts';
import { factsOfScan } from '#app/policy/facts-of-scan.ts';
import type { FirstSeen } from '#app/policy/first-seen.ts';
import type { RunFacts } from '#app/policy/running/run-facts.ts';
import type { Finding } from '#finding/finding.ts';
import { evaluate } from '#policy/evaluate.ts';
import type { Facts } from '#policy/facts/facts.ts';
import { namesOf } from '#policy/match.ts';
import type { Policy } from '#policy/policy.ts';
import type { Verdict } from '#policy/verdict.ts';
import { applyVex } from '#policy/vex/apply-vex.ts';
import type { VexStatement } from '#policy/vex/statement.ts';
import { isForImage } from '#policy/waiver/waiver.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** What scanned targets are judged by. */
export interface Judging {
  readonly policies: readonly Policy[];
  readonly waivers: readonly Waiver[];
  /** Those of the record: of them only what is for the image is asked, and told. */
  readonly recordedWaivers: readonly Waiver[];
  /** What documents say of findings. */
  readonly statements: readonly VexStatement[];
  /** Sentences about the files of waivers, for every verdict. */
  readonly notes: readonly string[];
  /** Keys of the findings that were there before; undefined when nothing is compared. */
  readonly baseline: ReadonlySet<string> | undefined;
  /** Where the targets shall run; undefined when nobody said. */
  readonly environment: string | undefined;
  readonly now: Date;
  /** Asks the record when findings were first seen; undefined without one. */
  readonly firstSeen: ((findings: readonly Finding[]) => Promise<FirstSeen | undefined>) | undefined;
  /** Asks how containers run an image, and what they keep; undefined where images are judged by themselves. */
  readonly running: ((containers: readonly RunningContainer[]) => Promise<RunFacts>) | undefined;
  /** Undefined where no policy has CEL. */
  readonly cel: CelThread | undefined;
}

type RunningContainer = NonNullable<ScanReportInput['containers']>[number];

/** A target that was judged. */
export interface Checked {
  readonly report: ScanReportInput;
  readonly facts: Facts;
  /** Those that were asked. */
  readonly waivers: readonly Waiver[];
  readonly verdict: Verdict;
}

/** Judges what a scan found. Never throws: what cannot be judged is unknown. */
export async function checkTarget(report: ScanReportInput, judging: Judging): Promise<Checked> {
  const { policies, baseline, now, environment } = judging;
  const firstSeen = await judging.firstSeen?.(report.findings.findings);
  const run = await judging.running?.(report.containers ?? []);
  const { facts, notes } = applyVex(factsOfScan(report, { now, environment, firstSeen, run }), judging.statements);
  const names = namesOf(facts);
  const waivers = [...judging.waivers, ...judging.recordedWaivers.filter((waiver) => isForImage(waiver, names))];
  const cel = (await judging.cel?.judge(policies, facts, now.getTime())) ?? new Map();
  const verdict = evaluate({ facts, policies, waivers, baseline, now: now.getTime(), cel });
  return { report, facts, waivers, verdict: { ...verdict, notes: [...verdict.notes, ...notes, ...judging.notes] } };
}
