import { epssItem } from '#advisory/feeds/epss/score.ts';
import type { LineReader } from '#advisory/feeds/feed.ts';
import { invalidRecord, timeOf } from '#advisory/feeds/fields.ts';

const HEADER = 'cve,epss,percentile';

/**
 * Reads the CSV: a comment `#model_version:…,score_date:…`, which old files lack, the header `cve,epss,percentile`, and
 * a line for each CVE. Undefined when the first line is neither.
 */
export function openEpssCsv(firstLine: string): LineReader | undefined {
  if (!firstLine.startsWith('#model_version:') && firstLine.trim() !== HEADER) return undefined;
  let date: string | undefined;
  let headed = false;
  return {
    *line(text) {
      const row = text.trim();
      if (!headed && row.startsWith('#')) {
        date = timeOf(/score_date:([0-9T:.+Z-]{10,40})/.exec(row)?.[1]);
        return;
      }
      if (!headed) {
        if (row !== HEADER) throw invalidRecord(undefined, `an EPSS file has the columns ${HEADER}`);
        headed = true;
        return;
      }
      const [cve, epss, percentile, ...rest] = row.split(',');
      const item = rest.length > 0 ? undefined : epssItem(cve, epss, percentile, date);
      if (item === undefined) throw invalidRecord(cve, 'a CVE, a score and a percentile are needed');
      yield item;
    },
  };
}
