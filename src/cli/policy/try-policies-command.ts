import type { PolicyTested } from '#api/policy-report.ts';
import type { CelThread } from '#app/policy/cel-thread.ts';
import { findCases } from '#app/policy/find-cases.ts';
import { runCases } from '#app/policy/run-cases.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { testedLines } from '#report/policy-text.ts';

/** `holdfast policy test`. @throws what is wrong with the files of cases and what they name, of kind `usage` */
export async function policyTestCommand(
  path: string,
  { format }: { readonly format: 'text' | 'json' },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  let thread: CelThread | undefined;
  const cases: PolicyTested['cases'] = [];
  try {
    for (const { file, text } of findCases(path)) {
      const tested = await runCases(file, text, {
        today: clock(environment),
        cel: async () => {
          const { startCelThread } = await import('#app/policy/cel-thread.ts');
          thread ??= startCelThread();
          return thread;
        },
        scan: async (target, advisories, now) => {
          const { scanTargets } = await import('#cli/scan-targets.ts');
          const flags = { cache: true, quiet: true, ...(advisories === undefined ? {} : { advisories }) } as const;
          const { reports } = await scanTargets(
            [{ target }],
            flags,
            { files: false, explain: false, now },
            environment,
          );
          const [report] = reports;
          if (report === undefined) throw new HoldfastError('INTERNAL', `${target} was not scanned`);
          return report;
        },
      });
      cases.push(...tested);
    }
  } finally {
    await thread?.close();
  }
  const failed = cases.filter(({ passed }) => !passed).length;
  const report: PolicyTested = { cases, passed: cases.length - failed, failed };
  await writeText(
    format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${testedLines(report, terminal()).join('\n')}\n`,
  );
  return failed === 0 ? exitCodes.done : exitCodes.failed;
}
