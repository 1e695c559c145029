import { openEpssCsv } from '#advisory/feeds/epss/csv.ts';
import { epssItem } from '#advisory/feeds/epss/score.ts';
import type { Feed } from '#advisory/feeds/feed.ts';
import { invalidRecord, isObject, listOf, timeOf } from '#advisory/feeds/fields.ts';

/** FIRST's Exploit Prediction Scoring System: the daily CSV, or the answer of its API. */
export const epss: Feed = {
  id: 'epss',
  version: 1,
  title: 'EPSS',
  list: 'data',
  matches: (document) => {
    const [first] = listOf(document['data']);
    return isObject(first) && first['epss'] !== undefined && first['cve'] !== undefined;
  },
  *parse(document, context) {
    for (const entry of listOf(document['data'])) {
      const score = isObject(entry) ? entry : {};
      const item = epssItem(score['cve'], score['epss'], score['percentile'], timeOf(score['date']));
      if (item !== undefined) yield item;
      else {
        const { code, message } = invalidRecord(score['cve'], 'a CVE, a score and a percentile are needed');
        context.problem({ code, message });
      }
    }
  },
  openLines: openEpssCsv,
};
