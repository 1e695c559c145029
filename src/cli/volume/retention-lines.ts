import type { RetentionReport, RetentionSettingsReport } from '#api/volume-retention-report.ts';
import type { Terminal } from '#cli/terminal.ts';
import { type Column, columns, printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import { policyText } from '#volume/retention/policy.ts';

const HEADS: readonly Column[] = [
  { title: 'SNAPSHOT', maxWidth: 8 },
  { title: 'WHEN (UTC)', maxWidth: 16 },
  { title: '', maxWidth: 6 },
  { title: 'WHY', maxWidth: 110, minWidth: 30 },
];

type VolumeRow = RetentionReport['volumes'][number];
type Raised = VolumeRow['signs']['raised'];

/** What became, or would become, of each volume’s snapshots. */
export function retentionLines(
  { repository, volumes, pruned, healed, dryRun }: RetentionReport,
  list: 'all' | 'forgotten',
  terminal: Terminal,
): readonly string[] {
  if (volumes.length === 0) return [`${repository} has no snapshots of volumes.`];
  const lines = volumes.flatMap((one) => [...volumeLines(one, repository, dryRun, list, terminal), '']);
  const unknown = volumes.filter(({ signs }) => signs.state === 'not-judged');
  return [
    ...lines.slice(0, -1),
    ...unknown.flatMap(({ volume, signs }) =>
      wrapText(
        printable(`${volume}: not judged for signs of ransomware: ${signs.reason ?? 'unknown'}.`),
        terminal.width,
        '  ',
      ),
    ),
    ...(healed === 0 ? [] : [`The record of ${count(healed, 'run')} that died was completed.`]),
    ...(pruned === 'done' ? ['Data that no snapshot needs was removed.'] : []),
    ...(pruned === 'paused' ? ['Data that no snapshot needs was not removed: signs of ransomware are raised.'] : []),
  ];
}

function volumeLines(
  { volume, state, policy, policyOf, kept, forgotten, signs, problem }: VolumeRow,
  repository: string,
  dryRun: boolean,
  list: 'all' | 'forgotten',
  { width, paint }: Terminal,
): readonly string[] {
  const rule = policy === null ? '' : ` (${policyOf}: ${policyText(policy)})`;
  const gone = `${forgotten.length} ${dryRun ? 'would be forgotten' : 'forgotten'}`;
  const head = {
    done: `${volume}${rule}: ${kept.length} kept, ${gone}.`,
    'keeps-all': `${volume}: all ${kept.length} kept, ${policyOf === 'unknown' ? 'as it is not known which stack it is of' : 'as there is no policy for it'}.`,
    paused: `${volume}${rule}: all ${kept.length} kept: signs of ransomware are raised.`,
    failed: `${volume}${rule}: failed: ${problem?.message ?? ''} [${problem?.code ?? ''}]`,
  }[state];
  const rows = [
    ...(list === 'all' && state !== 'keeps-all' ? kept.map((one) => ({ ...one, what: 'keep' })) : []),
    ...forgotten.map((one) => ({ ...one, what: 'forget' })),
  ].sort((a, b) => (a.time < b.time ? 1 : -1));
  const cells = rows.map(({ snapshot, time, what, reasons }) => [
    snapshot.slice(0, 8),
    new Date(time).toISOString().slice(0, 16).replace('T', ' '),
    what,
    reasons.map(({ sentence }) => sentence).join('; '),
  ]);
  const table = columns(HEADS, cells, width, (text, row, column) =>
    row < 0 ? paint('bold', text) : column === 2 && text.startsWith('forget') ? paint('red', text) : text,
  );
  return [
    ...wrapText(printable(head), width, '  '),
    ...signLines(volume, signs.raised, repository, width),
    ...(rows.length === 0 ? [] : table),
  ];
}

/** The policies, and what is raised. */
export function settingsLines(report: RetentionSettingsReport, { width }: Terminal): readonly string[] {
  const { repository, volumes, stacks, pruneAfterDays, raised } = report;
  const named = [
    ...Object.entries(stacks).map(([name, policy]) => `stack ${name}: ${policyText(policy)}`),
    ...Object.entries(volumes).map(([name, policy]) => `volume ${name}: ${policyText(policy)}`),
  ];
  return [
    `Kept in ${repository}, by default: ${report.default === null ? 'everything' : policyText(report.default)}`,
    ...named.map(printable),
    pruneAfterDays === 0
      ? 'Data that no snapshot needs is removed only when asked.'
      : `Data that no snapshot needs is removed ${count(pruneAfterDays, 'day')} after something was forgotten.`,
    ...raised.flatMap(({ volume, snapshots }) => signLines(volume, snapshots, repository, width)),
  ];
}

function signLines(volume: string, raised: Raised, repository: string, width: number): readonly string[] {
  if (raised.length === 0) return [];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    ...raised.flatMap(({ snapshot, before, signs }) =>
      signs.flatMap(({ sentence, share, median }) =>
        wrapText(
          printable(
            `SIGN in ${volume}, from ${before.slice(0, 8)} to ${snapshot.slice(0, 8)}: ${sentence} (${percent(share)}, usually ${percent(median)}).`,
          ),
          width,
          '  ',
        ),
      ),
    ),
    ...wrapText(
      printable(
        `Look at it. If it is no attack: holdfast volume signs accept ${volume} --repo ${repository} --reason TEXT`,
      ),
      width,
      '  ',
    ),
  ];
}
