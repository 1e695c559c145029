import type { BuildRule } from '#buildfile/rule.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import { HADOLINT_IDS, OTHER_SHELLCHECK_IDS } from './hadolint-ids.ts';

const STANDARDS = {
  hadolint: 'hadolint',
  shellcheck: 'ShellCheck',
  'cis-docker': 'CIS Docker 1.6',
  'nist-800-190': 'NIST SP 800-190',
};

/** The page of the rules for build files. */
export function buildRulesPage(): string {
  return [
    '# Rules for build files',
    '',
    'Generated from the rules. `holdfast lint` asks them of Dockerfiles and Containerfiles; those marked *history* are also',
    'asked of an image’s history. Each can be silenced by its id or by those of hadolint and ShellCheck.',
    '',
    ...BUILD_RULES.flatMap(chapter),
  ].join('\n');
}

function chapter({ id, title, severity, why, elsewhere, onHistory, bad, good, exampleSettings }: BuildRule): string[] {
  const ids = elsewhere.map(({ standard, id: other }) => `${STANDARDS[standard as keyof typeof STANDARDS]} ${other}`);
  const facts = [severity, ...(onHistory ? ['history'] : []), ...ids].join(' · ');
  const asked = exampleSettings === undefined ? [] : ['The examples need a configuration.', ''];
  return [
    `## ${id}`,
    '',
    `${title}.`,
    '',
    `*${facts}*`,
    '',
    why,
    '',
    ...asked,
    '```dockerfile',
    '# not so',
    bad.trimEnd(),
    '',
    '# but so',
    good.trimEnd(),
    '```',
    '',
  ];
}

/** The table of hadolint's ids. */
export function hadolintPage(): string {
  const covered = new Map(
    BUILD_RULES.flatMap(({ id, elsewhere }) => elsewhere.map((other) => [other.id, id] as const)),
  );
  const row = ({ id, asks, level, note = '' }: (typeof HADOLINT_IDS)[number]) =>
    `| ${id} | ${inCell(asks)} | ${level ?? ''} | ${linkTo(covered.get(id))} | ${severityOf(covered.get(id))} | ${inCell(note)} |`;
  const shell = BUILD_RULES.flatMap(({ id, title, elsewhere }) =>
    elsewhere
      .filter(({ standard }) => standard === 'shellcheck')
      .map((other) => ({ id: other.id, asks: title, rule: id })),
  );
  const shellRows = [...shell, ...OTHER_SHELLCHECK_IDS].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [
    '# hadolint’s ids',
    '',
    'Generated. Which rule of `holdfast lint` covers which id, and why one is not covered. Findings are reported on the line',
    'where the instruction begins, as hadolint does, with the very place beside it. The rules were compared case by case with',
    'what hadolint’s own tests expect; where they answer otherwise on purpose, the note says how. The ids are those of hadolint',
    '2.15.1: DL3068 and above and DL4007 are proposals, and in no release.',
    '',
    'Where a configuration names hadolint’s levels, error, warning, info and style mean high, medium, low and negligible. A rule’s',
    'own severity goes by what it costs to leave things so; `override` in `.hadolint.yaml` sets another.',
    '',
    '| id | asks for | level there | covered by | severity here | note |',
    '| --- | --- | --- | --- | --- | --- |',
    ...HADOLINT_IDS.map(row),
    '',
    '## ShellCheck’s ids in RUN',
    '',
    'ShellCheck itself is not called: these are the ones that matter in build files. Scripts for PowerShell and cmd, and',
    'documents for other interpreters, are left alone. What ONBUILD holds back is read for the shell of its stage.',
    '',
    '| id | asks for | covered by | note |',
    '| --- | --- | --- | --- |',
    ...shellRows.map(
      (one) =>
        `| ${one.id} | ${inCell(one.asks)} | ${linkTo(covered.get(one.id))} | ${inCell('note' in one ? (one.note ?? '') : '')} |`,
    ),
    '',
  ].join('\n');
}

function severityOf(rule: string | undefined): string {
  return BUILD_RULES.find(({ id }) => id === rule)?.severity ?? '';
}

/** A stroke would end the cell. */
function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function linkTo(rule: string | undefined): string {
  return rule === undefined ? 'none' : `[${rule}](build-rules.md#${rule.replace('/', '')})`;
}
