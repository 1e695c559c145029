import { affects, below, osvRecord } from './osv.ts';

const STREAMS = affects(
  'PyPI',
  'planted',
  ['introduced', '0'],
  ['fixed', '1.26.17'],
  ['introduced', '2.0.0'],
  ['fixed', '2.0.6'],
);
const MODERATE = { database_specific: { severity: 'MODERATE' } };

/** What is planted on the packages of languages. */
export const LANGUAGE_RECORDS = [
  // One flaw under three ids, of which no record names all; fixed in two streams.
  osvRecord('PYSEC-2023-9001', { aliases: ['GHSA-aaaa-aaaa-0001'], affected: [{ ...STREAMS, versions: ['1.26.12'] }] }),
  osvRecord('GHSA-aaaa-aaaa-0001', { aliases: ['CVE-2023-20001'], affected: [STREAMS], ...MODERATE }),
  osvRecord('CVE-2023-20001', { affected: [STREAMS] }),
  // The name is the same by PEP 503.
  osvRecord('PYSEC-2023-9002', { aliases: ['CVE-2023-20002'], affected: [below('PyPI', 'planted-name', '1.0.post1')] }),

  osvRecord('GHSA-bbbb-bbbb-0001', {
    aliases: ['CVE-2023-30001'],
    affected: [below('npm', 'nested', '4.17.20')],
    database_specific: { severity: 'HIGH' },
  }),
  // Versions are not in the first range, which speaks of commits.
  osvRecord('GHSA-bbbb-bbbb-0002', {
    aliases: ['CVE-2023-30002'],
    affected: [
      {
        package: { ecosystem: 'npm', name: '@planted/inclusive' },
        ranges: [
          { type: 'GIT', repo: 'https://example.com/x', events: [{ introduced: '0' }, { fixed: 'a'.repeat(40) }] },
          { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { last_affected: '1.5.0' }] },
        ],
      },
    ],
    ...MODERATE,
  }),
  osvRecord('GHSA-bbbb-bbbb-0003', { affected: [below('npm', 'early', '2.0.0')], ...MODERATE }),
  osvRecord('GHSA-bbbb-bbbb-0004', {
    affected: [{ package: { ecosystem: 'npm', name: 'listed' }, versions: ['1.0.0', '1.1.0'] }],
    ...MODERATE,
  }),
  osvRecord('GHSA-bbbb-bbbb-0005', {
    affected: [affects('npm', 'limited', ['introduced', '0'], ['limit', '1.2.0'])],
  }),
  // Related is not the same.
  osvRecord('GHSA-bbbb-bbbb-0006', {
    related: ['CVE-2023-30006'],
    affected: [below('npm', 'related', '1.0.1')],
    ...MODERATE,
  }),
  osvRecord('CVE-2023-30006', { affected: [below('npm', 'related', '1.0.2')], ...MODERATE }),
  osvRecord('GHSA-bbbb-bbbb-0007', {
    aliases: ['CVE-2023-30007'],
    withdrawn: '2023-07-08T09:10:11Z',
    affected: [below('npm', 'fresh', '9.0.0')],
  }),

  osvRecord('GO-2023-9001', {
    aliases: ['CVE-2023-40001'],
    affected: [
      affects(
        'Go',
        'stdlib',
        ['introduced', '0'],
        ['fixed', '1.20.10'],
        ['introduced', '1.21.0-0'],
        ['fixed', '1.21.4'],
      ),
    ],
  }),
  osvRecord('GO-2023-9002', {
    aliases: ['CVE-2023-40002', 'GHSA-cccc-cccc-0002'],
    affected: [below('Go', 'example.com/dep', '1.2.4')],
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  }),
  // What was built from a commit cannot be compared; what was replaced is not there.
  osvRecord('GO-2023-9003', { affected: [below('Go', 'example.com/planted/server', '1.0.0')] }),
  osvRecord('GO-2023-9004', { affected: [below('Go', 'example.com/replaced', '9.0.0')] }),
  osvRecord('GO-2023-9005', { affected: [below('Go', 'example.com/fork', '1.6.0')] }),
  osvRecord('GO-2023-9006', { affected: [below('Go', 'example.com/untagged', '0.0.0-20220202000000-bbbbbbbbbbbb')] }),
] as const;
