// The house as data: which folder of src/ may import which, and what tidy lets pass, each with its reason.

/** @typedef {Readonly<Record<string, string>>} Exceptions name to reason */
/**
 * @typedef {object} House
 * @property {Readonly<Record<string, readonly string[]>>} tiers folder of src/ (or `web`) to the folders it may import
 * @property {readonly string[]} packages npm packages that src/ may import
 * @property {number} sourceLines most lines of a source file
 * @property {number} testLines most lines of a test file
 * @property {{ longFiles: Exceptions, deadFiles: Exceptions, comingFolders: Exceptions, deadExports: Exceptions, names: Exceptions }} exceptions
 */

const base = ['core', 'base'];
const domains = [
  ...base,
  'api',
  'image',
  'source',
  'inventory',
  'advisory',
  'finding',
  'buildfile',
  'workload',
  'trust',
  'policy',
  'gate',
  'report',
  'registry',
  'runtime',
  'volume',
  'secret',
  'ledger',
  'access',
  'notify',
];

/** @type {House} */
export const house = {
  // Type imports count. A folder may always import itself; `main.ts` may import everything.
  tiers: {
    core: [],
    base: ['core'],
    api: ['core'],
    image: base,
    source: [...base, 'image'],
    inventory: [...base, 'image'],
    advisory: base,
    finding: [...base, 'inventory', 'advisory'],
    buildfile: base,
    workload: base,
    trust: [...base, 'image'],
    policy: base,
    gate: [...base, 'policy', 'workload'],
    // A report also says what was opened (image) and what it was compared with (advisory).
    report: [...base, 'api', 'image', 'inventory', 'advisory', 'finding', 'buildfile', 'workload', 'policy'],
    registry: [...base, 'image'],
    runtime: [...base, 'inventory'],
    volume: [...base, 'workload'],
    secret: base,
    ledger: base,
    access: base,
    notify: base,
    app: domains,
    server: [...domains, 'app'],
    cli: [...domains, 'app'],
    agent: [...domains, 'app'],
    web: ['api', 'core'],
  },

  // Each has its reason in docs/decisions/0002-libraries.md or 0007-databases.md.
  packages: [
    '@marcbachmann/cel-js',
    'age-encryption',
    'aws4fetch',
    'commander',
    'croner',
    'dockerfile-ast',
    'kysely',
    'libsql',
    'nodemailer',
    'pg',
    'tar-stream',
    'undici',
    'yaml',
    'zod',
    'zstddec',
  ],

  sourceLines: 300,
  testLines: 600,

  exceptions: {
    // path: reason
    longFiles: {},
    // path: reason. Files that neither src/main.ts nor the build reaches.
    deadFiles: {
      'test/harness/append-worker.ts':
        'bundled and run as a process of its own by test/e2e/ledger-faults-postgres.test.ts',
      'test/harness/kills/appender.ts': 'bundled and run as a process of its own by test/harness/kills/rounds.ts',
      'test/harness/kills/checker.ts': 'bundled and run as a process of its own by test/harness/kills/rounds.ts',
      'test/harness/kills/faulty-record.ts': 'part of those two',
      'src/api/notification-payload.ts': 'the JSON Schema in docs/reference is made from it; receivers read it',
      'test/harness/database-worker.ts': 'bundled and run as a process of its own by test/e2e/database.test.ts',
    },
    // folder: reason. Parts that are whole and tried, and wait for the command that uses them.
    comingFolders: {},
    // path#name: reason. Exports that only tests use.
    deadExports: {
      'src/api/scan-report.ts#scanReport': 'the JSON Schema in docs/reference is made from it',
      'src/ledger/note/signed-note.ts#formatNote': 'tests write notes that no signer of ours makes',
      'src/api/log-entry.ts#logEntrySchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/verification-report.ts#verificationReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/affected-report.ts#affectedReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-care-report.ts#repositoryPasswordRotatedSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-care-report.ts#repositoryCopiedSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-care-report.ts#repositoryUnlockedSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-care-report.ts#recoverySheetSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-retention-report.ts#signsAcceptedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-schedule-report.ts#scheduleSetSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-schedule-report.ts#scheduleRemovedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-report.ts#repositoryAddedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-report.ts#repositoryListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-repository-report.ts#repositoryCheckedSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/app/volume/hold/start-watchdog.ts#WATCHDOG_COMMAND': 'tests end the watchdogs that they started',
      'src/api/volume-verify-report.ts#volumeVerifiedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-restore-report.ts#volumeRestoredSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-show-report.ts#volumeShownSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-show-report.ts#volumeBrowsedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-snapshot-report.ts#snapshotTakenSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-snapshot-report.ts#snapshotsTakenSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-schedule-report.ts#scheduleListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-schedule-report.ts#daemonLineSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-snapshot-report.ts#snapshotListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-removed-report.ts#volumeRemovedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-retention-report.ts#retentionReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-retention-report.ts#retentionSettingsReportSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-stack-report.ts#stackRestoredReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-drill-report.ts#volumeDrillReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-guard-report.ts#volumeGuardReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-drill-report.ts#volumeDrillListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/base/process/start-ticks.ts#startIn': 'tests read made-up process tables with it',
      'src/volume/hold/journal.ts#claimToken': 'tests claim journals with it',
      'src/api/volume-reconcile-report.ts#volumeReconcileReportSchema':
        'the JSON Schema in docs/reference is made from it',
      'src/api/volume-list.ts#volumeListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/doctor-report.ts#doctorReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/volume-doctor-report.ts#volumeDoctorReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/workload/pod-security/judge-pod.ts#checksOf': 'tests see by it that every check is asked',
      'src/api/host-report.ts#hostReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/standard-report.ts#standardReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/check-report.ts#checkReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/diff-report.ts#diffReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/policy-report.ts#policyListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/policy-report.ts#policyExplainedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/policy-report.ts#policyTestedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/policy-report.ts#policyReplaySchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/waiver-report.ts#waiverChangedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/waiver-report.ts#waiverListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/lint-report.ts#lintedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/lint-report.ts#lintReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/home-backup-report.ts#homeBackupReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/home-backup-report.ts#homeRestoreReportSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/notification-payload.ts#notificationPayloadSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/notify-report.ts#notifyTargetAddedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/notify-report.ts#notifyTargetListSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/notify-report.ts#notifyTargetRemovedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/api/notify-report.ts#notifyTestedSchema': 'the JSON Schema in docs/reference is made from it',
      'src/notify/notifiers/list.ts#NOTIFIERS': 'a test compares list and folder',
      'src/inventory/merge/merged-entries.ts#mergedEntries': 'tests compare the merged file list with an engine’s',
    },
    // path or path#name: reason. Names with a word that says nothing.
    names: {},
  },
};
