import type { CheckReport } from '#api/check-report.ts';
import { formatPlatform } from '#core/platform.ts';
import { missingOf, type PolicyReason, reasonsOf } from '#policy/verdict.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import { checkSteps } from '#report/check-steps.ts';

/** The report in the form that leaves the program (api/check-report.ts). */
export function toCheckReport(input: CheckReportInput): CheckReport {
  const { report, verdict, recorded, environment } = input;
  const { kind, reference, digest, imageId, platform } = report.description;
  return {
    schemaVersion: 1,
    tool: { ...report.tool },
    createdAt: report.createdAt,
    target: {
      kind,
      reference,
      ...(digest === undefined ? {} : { digest }),
      ...(imageId === undefined ? {} : { imageId }),
      ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
      ...(report.containers === undefined
        ? {}
        : { containers: report.containers.map(({ id, name }) => ({ id, name })) }),
    },
    environment,
    decision: verdict.decision,
    ...(verdict.decision === 'unknown' ? { whenUnknown: verdict.whenUnknown } : {}),
    policies: verdict.policies.map((policy) => ({ ...policy })),
    reasons: reasonsOf(verdict).map(reasonRow),
    missing: missingOf(verdict).map((one) => ({ ...one })),
    warnings: verdict.warnings.map(reasonRow),
    waived: verdict.waived.map((one) => ({ ...one, reason: reasonRow(one.reason) })),
    notes: [...verdict.notes],
    steps: [...checkSteps(input)],
    recorded: recorded === undefined ? null : { ...recorded },
  };
}

function reasonRow({ aliases, positions, ...reason }: PolicyReason): CheckReport['reasons'][number] {
  return { ...reason, positions: [...positions], ...(aliases === undefined ? {} : { aliases: [...aliases] }) };
}
