import type { Feed } from '#advisory/feeds/feed.ts';
import { invalidRecord, isCve, isObject, listOf, textOf, timeOf } from '#advisory/feeds/fields.ts';

/** CISA's catalogue of known exploited vulnerabilities, as its JSON. */
export const kev: Feed = {
  id: 'kev',
  version: 1,
  title: 'CISA known exploited vulnerabilities',
  list: 'vulnerabilities',
  matches: (document) => {
    const [first] = listOf(document['vulnerabilities']);
    return typeof document['catalogVersion'] === 'string' || (isObject(first) && first['cveID'] !== undefined);
  },
  *parse(document, context) {
    for (const entry of listOf(document['vulnerabilities'])) {
      const cve = isObject(entry) ? textOf(entry['cveID']) : undefined;
      const added = isObject(entry) ? timeOf(entry['dateAdded']) : undefined;
      if (!isObject(entry) || cve === undefined || !isCve(cve) || added === undefined) {
        const { code, message } = invalidRecord(cve, 'a CVE and the date it was added are needed');
        context.problem({ code, message });
        continue;
      }
      const ransomware = entry['knownRansomwareCampaignUse'] === 'Known';
      yield {
        kind: 'exploitation',
        cve,
        exploitation: { knownExploitedSince: added.slice(0, 10), ...(ransomware ? { ransomware } : {}) },
      };
    }
  },
};
