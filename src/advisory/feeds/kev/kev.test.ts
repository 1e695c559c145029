import { expect, it } from 'vitest';
import { parseWith } from '#advisory/feeds/feed.fixture.ts';
import { kev } from '#advisory/feeds/kev/index.ts';

it('says since when a CVE is known to be exploited, and whether for ransom', () => {
  const document = {
    catalogVersion: '2025.08.25',
    vulnerabilities: [
      { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10', knownRansomwareCampaignUse: 'Known' },
      { cveID: 'CVE-2025-48384', dateAdded: '2025-08-25', knownRansomwareCampaignUse: 'Unknown' },
    ],
  };
  expect(parseWith(kev, document)).toEqual({
    advisories: [],
    exploitations: {
      'CVE-2021-44228': { knownExploitedSince: '2021-12-10', ransomware: true },
      'CVE-2025-48384': { knownExploitedSince: '2025-08-25' },
    },
    problems: [],
  });
});

it('lists entries that cannot be read and goes on', () => {
  const good = { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10' };
  const document = {
    vulnerabilities: [good, null, { cveID: 'nonsense', dateAdded: '2021-12-10' }, { ...good, dateAdded: 'soon' }],
  };
  const { exploitations, problems } = parseWith(kev, document);
  expect(Object.keys(exploitations)).toEqual(['CVE-2021-44228']);
  expect(problems).toHaveLength(3);
});
