import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { affectedReportSchema } from '#api/affected-report.ts';
import { checkReportSchema } from '#api/check-report.ts';
import { diffReportSchema } from '#api/diff-report.ts';
import { doctorReportSchema } from '#api/doctor-report.ts';
import { homeBackupReportSchema, homeRestoreReportSchema } from '#api/home-backup-report.ts';
import { hostReportSchema } from '#api/host-report.ts';
import { lintedSchema, lintReportSchema } from '#api/lint-report.ts';
import { logEntrySchema } from '#api/log-entry.ts';
import { notificationPayloadSchema } from '#api/notification-payload.ts';
import {
  notifyTargetAddedSchema,
  notifyTargetListSchema,
  notifyTargetRemovedSchema,
  notifyTestedSchema,
} from '#api/notify-report.ts';
import { policyExplainedSchema, policyListSchema, policyReplaySchema, policyTestedSchema } from '#api/policy-report.ts';
import { scanReport } from '#api/scan-report.ts';
import { standardReportSchema } from '#api/standard-report.ts';
import { verificationReportSchema } from '#api/verification-report.ts';
import { volumeDoctorReportSchema } from '#api/volume-doctor-report.ts';
import { volumeDrillListSchema, volumeDrillReportSchema } from '#api/volume-drill-report.ts';
import { volumeGuardReportSchema } from '#api/volume-guard-report.ts';
import { volumeListSchema } from '#api/volume-list.ts';
import { volumeReconcileReportSchema } from '#api/volume-reconcile-report.ts';
import { volumeRemovedSchema } from '#api/volume-removed-report.ts';
import {
  recoverySheetSchema,
  repositoryCopiedSchema,
  repositoryPasswordRotatedSchema,
  repositoryUnlockedSchema,
} from '#api/volume-repository-care-report.ts';
import { repositoryAddedSchema, repositoryCheckedSchema, repositoryListSchema } from '#api/volume-repository-report.ts';
import { volumeRestoredSchema } from '#api/volume-restore-report.ts';
import {
  retentionReportSchema,
  retentionSettingsReportSchema,
  signsAcceptedSchema,
} from '#api/volume-retention-report.ts';
import {
  daemonLineSchema,
  scheduleListSchema,
  scheduleRemovedSchema,
  scheduleSetSchema,
} from '#api/volume-schedule-report.ts';
import { volumeBrowsedSchema, volumeShownSchema } from '#api/volume-show-report.ts';
import { snapshotListSchema, snapshotsTakenSchema, snapshotTakenSchema } from '#api/volume-snapshot-report.ts';
import { stackRestoredReportSchema } from '#api/volume-stack-report.ts';
import { volumeVerifiedSchema } from '#api/volume-verify-report.ts';
import { waiverChangedSchema, waiverListSchema } from '#api/waiver-report.ts';
import { buildProgram } from '#cli/program.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import { policySchema } from '#policy/load/policy-schema.ts';
import { HOST_CHECKS } from '#workload/host/list.ts';
import { POD_SECURITY_CHECKS } from '#workload/pod-security/list.ts';
import { RUN_RULES } from '#workload/rules/list.ts';
import { buildRulesPage, hadolintPage } from './build-rules-page.ts';
import { factsPage, rulesPage } from './policy-pages.ts';

// The reference is generated from the code: `npm run reference` writes what these tests compare with.
const folder = '../../docs/reference';

describe('the generated reference is current', () => {
  it('JSON Schema of the scan report', async () => {
    const schema = z.toJSONSchema(scanReport, { io: 'output' });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(`${folder}/scan-report.schema.json`);
  });

  it.each([
    ['log-entry', logEntrySchema],
    ['verification-report', verificationReportSchema],
    ['affected-report', affectedReportSchema],
    ['standard-report', standardReportSchema],
    ['host-report', hostReportSchema],
    ['volume-list', volumeListSchema],
    ['volume-reconcile-report', volumeReconcileReportSchema],
    ['volume-repository-added', repositoryAddedSchema],
    ['volume-repository-list', repositoryListSchema],
    ['volume-repository-checked', repositoryCheckedSchema],
    ['volume-repository-password-rotated', repositoryPasswordRotatedSchema],
    ['volume-repository-copied', repositoryCopiedSchema],
    ['volume-repository-unlocked', repositoryUnlockedSchema],
    ['volume-recovery-sheet', recoverySheetSchema],
    ['doctor-report', doctorReportSchema],
    ['volume-doctor-report', volumeDoctorReportSchema],
    ['volume-snapshot-taken', snapshotTakenSchema],
    ['volume-snapshots-taken', snapshotsTakenSchema],
    ['volume-stack-restored', stackRestoredReportSchema],
    ['volume-snapshot-list', snapshotListSchema],
    ['volume-schedule-list', scheduleListSchema],
    ['volume-schedule-set', scheduleSetSchema],
    ['volume-schedule-removed', scheduleRemovedSchema],
    ['volume-daemon-line', daemonLineSchema],
    ['notification-payload', notificationPayloadSchema],
    ['notify-target-added', notifyTargetAddedSchema],
    ['notify-target-list', notifyTargetListSchema],
    ['notify-target-removed', notifyTargetRemovedSchema],
    ['notify-tested', notifyTestedSchema],
    ['volume-removed', volumeRemovedSchema],
    ['volume-retention-report', retentionReportSchema],
    ['volume-retention-settings', retentionSettingsReportSchema],
    ['volume-signs-accepted', signsAcceptedSchema],
    ['volume-restored', volumeRestoredSchema],
    ['volume-verified', volumeVerifiedSchema],
    ['volume-snapshot-shown', volumeShownSchema],
    ['volume-snapshot-browsed', volumeBrowsedSchema],
    ['volume-drill-report', volumeDrillReportSchema],
    ['volume-drill-list', volumeDrillListSchema],
    ['volume-guard-report', volumeGuardReportSchema],
    ['home-backup-report', homeBackupReportSchema],
    ['home-restore-report', homeRestoreReportSchema],
    ['lint-report', lintReportSchema],
    ['linted', lintedSchema],
    ['check-report', checkReportSchema],
    ['diff-report', diffReportSchema],
    ['policy-list', policyListSchema],
    ['policy-explained', policyExplainedSchema],
    ['policy-tested', policyTestedSchema],
    ['policy-replay', policyReplaySchema],
    ['waiver-changed', waiverChangedSchema],
    ['waiver-list', waiverListSchema],
  ])('JSON Schema of %s', async (name, schema) => {
    const json = z.toJSONSchema(schema, { io: 'output' });
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(`${folder}/${name}.schema.json`);
  });

  it('policies: rules, facts, and the schema of their files', async () => {
    await expect(rulesPage()).toMatchFileSnapshot(`${folder}/policy-rules.md`);
    await expect(factsPage()).toMatchFileSnapshot(`${folder}/policy-facts.md`);
    await expect(`${JSON.stringify(policySchema(), null, 2)}\n`).toMatchFileSnapshot(`${folder}/policy.schema.json`);
  });

  it('command line', async () => {
    await expect(commandLine(buildProgram(() => undefined))).toMatchFileSnapshot(`${folder}/command-line.md`);
  });

  it('every command about volumes answers programs, too', () => {
    const leaves = (command: Command): readonly Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    const [volume] = buildProgram(() => undefined).commands.filter((command) => command.name() === 'volume');
    const all = volume === undefined ? [] : leaves(volume);
    expect(all.length).toBeGreaterThan(25);
    const without = all.filter(({ options }) => !options.some(({ long }) => long === '--format'));
    // Not for people either: it is started by a hold.
    expect(without.map((command) => command.name())).toEqual(['stand-by']);
  });

  it('rules about what runs', async () => {
    await expect(runRules()).toMatchFileSnapshot(`${folder}/run-rules.md`);
  });

  it('rules for build files', async () => {
    await expect(buildRulesPage()).toMatchFileSnapshot(`${folder}/build-rules.md`);
  });

  it('the ids of hadolint', async () => {
    await expect(hadolintPage()).toMatchFileSnapshot(`${folder}/hadolint.md`);
  });

  it('catalogers', async () => {
    await expect(catalogers()).toMatchFileSnapshot(`${folder}/catalogers.md`);
  });
});

function commandLine(program: Command): string {
  const chapter = (command: Command, path: string): string[] => [
    `## ${path}`,
    '',
    '```text',
    helpOf(command).trimEnd(),
    '```',
    '',
    ...command.commands.flatMap((inner) => chapter(inner, `${path} ${inner.name()}`)),
  ];
  return `# Command line\n\nGenerated from the program's own help.\n\n${chapter(program, 'holdfast').join('\n')}`;
}

/** Help as it is printed, with the text that follows it. */
function helpOf(command: Command): string {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  command.configureOutput({ writeOut: write, getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text;
}

const STANDARDS: Readonly<Record<string, string>> = {
  'cis-docker': 'CIS Docker 1.6',
  'nist-800-190': 'NIST SP 800-190',
  pss: 'Pod Security Standards',
  'pci-dss-4': 'PCI DSS 4 (to be confirmed)',
  'soc-2': 'SOC 2 (to be confirmed)',
};

function runRules(): string {
  const chapters = RUN_RULES.flatMap(({ id, title, severity, why, elsewhere, dialects, bad, good }) => {
    const names = [...new Set(elsewhere.map(({ standard }) => standard))].map((standard) => {
      const ids = elsewhere.filter((one) => one.standard === standard).map((one) => one.id);
      return `${STANDARDS[standard] ?? standard}: ${ids.join(', ')}`;
    });
    const only = dialects === undefined ? [] : [`Asked only of: ${dialects.join(', ')}.`, ''];
    const language = bad.startsWith('{') ? 'json' : 'yaml';
    const example = (text: string) => [`\`\`\`${language}`, text.trimEnd(), '```', ''];
    const facts = [`**${severity}** · ${names.join(' · ')}`, ''];
    return [
      `## ${id}`,
      '',
      `${title[0]?.toUpperCase()}${title.slice(1)}.`,
      '',
      why,
      '',
      ...facts,
      ...only,
      'Bad:',
      '',
      ...example(bad),
      'Good:',
      '',
      ...example(good),
    ];
  });
  const checks = POD_SECURITY_CHECKS.map(({ id, level, title, versions }) => {
    const since = versions.map((version) => `1.${version.since}`).join(', ');
    return `| \`${id}\` | ${level} | ${title} | ${since} |`;
  });
  const host = HOST_CHECKS.map(
    ({ id, cis, severity, title, fix }) => `| ${cis} | \`${id}\` | ${severity} | ${title} | ${fix} |`,
  );
  return [
    '# Rules about what runs',
    '',
    'Generated from the rules themselves. The severity is the usual one: a place can make it worse or better. A file is judged by all of them, whatever it is written in.',
    '',
    ...chapters,
    '## Checks of the Pod Security Standards',
    '',
    'Asked by `holdfast lint --standard`, with the ids of Kubernetes itself. The versions are those in which a check began or changed.',
    '',
    '| check | level | what must hold | Kubernetes |',
    '| --- | --- | --- | --- |',
    ...checks,
    '',
    '## Checks of the host',
    '',
    'Asked by `holdfast lint host:`: sections 1 to 3 and 5 of the CIS Docker Benchmark 1.6, cited by number, in our own words.',
    '',
    '| CIS | check | severity | what must hold | fix |',
    '| --- | --- | --- | --- | --- |',
    ...host,
    '',
  ].join('\n');
}

function catalogers(): string {
  const rows = CATALOGERS.map(({ id, title, match, limitBytes }) => {
    const files = [
      ...(match.paths ?? []),
      ...(match.names ?? []).map((name) => `**/${name}`),
      ...(match.endings ?? []).map((ending) => `**/*${ending}`),
      ...(match.directories ?? []).map((directory) => `${directory}/*`),
    ];
    return `| ${id} | ${title} | ${files.map((file) => `\`${file}\``).join(' ')} | ${limitBytes / 1024 / 1024} MiB |`;
  });
  const programs = EXECUTABLE_CATALOGERS.map(({ id, title }) => `| ${id} | ${title} | executables | in parts |`);
  return [
    '# Catalogers',
    '',
    'Generated from the list of plugins. What each cannot see is said in the README beside it.',
    '',
    '| id | finds | reads | at most |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...programs,
    '',
  ].join('\n');
}
