import { below, osvRecord } from './osv.ts';

type Release = Readonly<Record<string, string>>;

const resolved = (fixed: string, urgency = 'medium'): Release => ({
  status: 'resolved',
  fixed_version: fixed,
  urgency,
});
const open = (more: Release = {}): Release => ({ status: 'open', urgency: 'not yet assigned', ...more });

/** Source package, CVE, state in bookworm. */
const BOOKWORM: readonly (readonly [source: string, cve: string, state: Release])[] = [
  ['vulnerable', 'CVE-2023-10001', resolved('1.2-4', 'high')],
  ['backported', 'CVE-2023-10002', resolved('2.0-1+deb12u1')],
  ['unaffected', 'CVE-2023-10003', resolved('0')],
  ['undetermined', 'CVE-2023-10005', { status: 'undetermined', urgency: 'medium' }],
  // Compared by source name and source version: the binary package's own are others.
  ['differ', 'CVE-2023-10007', resolved('1.10-3')],
  ['libdiffer5', 'CVE-2023-10008', resolved('6.0-1')],
  ['differ', 'CVE-2023-10009', resolved('1.10-2')],
  // Between the source's version and that of its rebuild.
  ['rebuilt', 'CVE-2023-10010', resolved('3.0-2+a1')],
  ['epoch', 'CVE-2023-10011', resolved('2.0-1')],
  ['epoch', 'CVE-2023-10012', resolved('1:1.1-1', 'low')],
  ['candidate', 'CVE-2023-10013', resolved('2.0-1', 'low')],
  ['open', 'CVE-2023-10014', open({ urgency: 'medium' })],
  ['nodsa', 'CVE-2023-10015', open({ nodsa: 'Minor issue', nodsa_reason: '' })],
  ['postponed', 'CVE-2023-10016', open({ nodsa: 'Later', nodsa_reason: 'postponed' })],
  ['ignored', 'CVE-2023-10017', open({ nodsa: 'Too intrusive', nodsa_reason: 'ignored' })],
  ['ended', 'CVE-2023-10018', open({ urgency: 'end-of-life' })],
  ['unimportant', 'CVE-2023-10019', open({ urgency: 'unimportant' })],
  ['exploited', 'CVE-2023-10020', resolved('1.0-2', 'low')],
  ['removed', 'CVE-2023-10023', open()],
  ['third-party', 'CVE-2023-10024', open()],
  ['unordered-version', 'CVE-2023-10025', resolved('1.0-2')],
  // The tracker knows that the packaged one was repaired; PyPI's advisory does not.
  ['python-owned', 'CVE-2023-20001', resolved('1.26.12-1')],
];

/** The Debian tracker's JSON. Later releases have other fixed versions, which say nothing about this one. */
export function debianTracker(): object {
  const tracker: Record<string, Record<string, object>> = {};
  for (const [source, cve, bookworm] of BOOKWORM) {
    tracker[source] ??= {};
    tracker[source][cve] = { description: `Planted flaw ${cve}`, releases: { bookworm, trixie: resolved('99.0-1') } };
  }
  tracker['other-release'] = { 'CVE-2023-10026': { releases: { bullseye: open({ urgency: 'high' }) } } };
  return tracker;
}

/** What is planted on packages of operating systems in OSV's form. */
export const SYSTEM_RECORDS = [
  osvRecord('DEBIAN-CVE-2023-10004', {
    upstream: ['CVE-2023-10004'],
    withdrawn: '2023-05-06T00:00:00Z',
    affected: [below('Debian:12', 'retracted', '2.0-1')],
  }),
  osvRecord('DEBIAN-CVE-2023-10006', {
    upstream: ['CVE-2023-10006'],
    affected: [below('Debian:12', 'unordered-advisory', '1.0 beta')],
  }),
  // A bulletin for two flaws does not make them one.
  osvRecord('DSA-9001-1', {
    upstream: ['CVE-2023-10021', 'CVE-2023-10022'],
    affected: [below('Debian:12', 'bulletin', '1.0-2')],
  }),
  // No release is not every release.
  osvRecord('CVE-2023-10027', { affected: [below('Debian', 'other-release', '9.0-1')] }),

  osvRecord('ALPINE-CVE-2023-50001', {
    upstream: ['CVE-2023-50001'],
    affected: [below('Alpine:v3.19', 'origin', '1.2.3-r5')],
  }),
  osvRecord('ALPINE-CVE-2023-50002', {
    upstream: ['CVE-2023-50002'],
    affected: [below('Alpine:v3.19', 'origin', '1.2.3-r4')],
  }),
  osvRecord('ALPINE-CVE-2023-50003', {
    upstream: ['CVE-2023-50003'],
    affected: [below('Alpine:v3.19', 'patched', '1.0-r5')],
  }),
  osvRecord('ALPINE-CVE-2023-50004', {
    upstream: ['CVE-2023-50004'],
    affected: [below('Alpine:v3.19', 'candidate', '1.0-r0')],
  }),
  osvRecord('ALPINE-CVE-2023-50005', {
    upstream: ['CVE-2023-50005'],
    affected: [below('Alpine:v3.20', 'origin', '9-r0')],
  }),

  osvRecord('ALSA-2023:9001', {
    summary: 'Important: planted security update',
    related: ['CVE-2023-60001', 'CVE-2023-60002'],
    affected: [below('AlmaLinux:9', 'planted-libs', '1:3.0.7-17.el9_2')],
  }),
  osvRecord('ALSA-2023:9002', {
    summary: 'Moderate: stream:18 security update',
    related: ['CVE-2023-60003'],
    affected: [below('AlmaLinux:9', 'modular', '1:18.3-1.module_el9.2.0+1+aaaaaaaa')],
  }),
  osvRecord('ALSA-2023:9003', {
    summary: 'Moderate: stream:20 security update',
    related: ['CVE-2023-60004'],
    affected: [below('AlmaLinux:9', 'modular', '1:20.3-1.module_el9.2.0+2+bbbbbbbb')],
  }),
  osvRecord('ALSA-2023:9004', {
    summary: 'Moderate: modular security update',
    related: ['CVE-2023-60005'],
    affected: [below('AlmaLinux:9', 'modular', '1:99.0-1.el9')],
  }),
  osvRecord('ALSA-2023:9005', {
    summary: 'Low: extra security update',
    related: ['CVE-2023-60006'],
    affected: [below('AlmaLinux:9', 'extra', '99.0-1.el9')],
  }),
  // By source package, whose rpm's name has no epoch.
  osvRecord('RLSA-2023:9001', {
    summary: 'Critical: planted security update',
    related: ['CVE-2023-60007'],
    affected: [below('Rocky Linux:9', 'planted-source', '4:1.0-2.el9')],
  }),
  osvRecord('RLSA-2023:9002', {
    summary: 'Critical: planted security update',
    related: ['CVE-2023-60008'],
    affected: [below('Rocky Linux:9', 'planted-source', '4:1.0-1.el9')],
  }),
] as const;
