import type { Severity } from '#core/severity.ts';
import { cutTo, printable } from '#report/columns.ts';
import type { PackageFlaw, ReportItem } from '#report/items/item.ts';
import type { ItemGroup, ItemReport } from '#report/items/item-report.ts';
import { markdownText } from '#report/markdown/markdown-text.ts';

const SEVERITY: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'Info',
  unknown: 'Unknown',
};

const MOST_NAME = 255;
const MOST_SOLUTION = 7000;
const MOST_MESSAGES = 1000;

/**
 * GitLab's container scanning report (security report schemas, 15.0.7): flaws in packages. What could not be read or told,
 * and other reasons of verdicts, are its messages; a scan that could not read everything is a failure.
 */
export function containerScanning({ groups, run }: ItemReport) {
  const { version } = run.tool;
  const time = run.createdAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  const scanner = { id: 'holdfast', name: 'Holdfast', version, vendor: { name: 'Holdfast' } };
  const others = groups.flatMap(({ items }) =>
    items.filter(({ flaw, outcome }) => flaw === undefined && outcome !== 'accepted'),
  );
  const messages = [
    ...groups.flatMap(({ subject: { name }, verdict }) =>
      verdict === undefined ? [] : [{ level: 'info', value: printable(`Verdict on ${name}: ${verdict}.`) }],
    ),
    ...others.slice(0, MOST_MESSAGES).map(({ sentence, subject }) => ({
      level: 'warn',
      value: printable(`${subject.name}: ${sentence}`),
    })),
    ...(others.length > MOST_MESSAGES
      ? [{ level: 'warn', value: `${others.length - MOST_MESSAGES} more: use --format json.` }]
      : []),
  ];
  return {
    version: '15.0.7',
    scan: {
      analyzer: scanner,
      scanner,
      type: 'container_scanning',
      start_time: time,
      end_time: time,
      status: others.some(({ outcome, gap }) => outcome === 'unknown' && gap !== true) ? 'failure' : 'success',
      ...(messages.length === 0 ? {} : { messages }),
    },
    vulnerabilities: groups.flatMap((group) =>
      group.items.flatMap((item) =>
        item.flaw === undefined || item.outcome === 'accepted' ? [] : [vulnerability(item, item.flaw, group)],
      ),
    ),
  };
}

function vulnerability(item: ReportItem, flaw: PackageFlaw, { subject, system }: ItemGroup) {
  const { fingerprint, sentence, severity, fix } = item;
  const about = flaw.summary === undefined ? sentence : `${flaw.summary}. ${sentence}`;
  return {
    id: uuidOf(fingerprint),
    name: cutTo(printable(flaw.id), MOST_NAME),
    // GitLab takes both for Markdown.
    description: markdownText(about),
    severity: SEVERITY[severity],
    ...(fix === undefined ? {} : { solution: cutTo(markdownText(fix), MOST_SOLUTION) }),
    identifiers: [flaw.id, ...flaw.aliases].map(identifier),
    links: [],
    location: {
      dependency: { package: { name: printable(flaw.package.name) }, version: printable(flaw.package.version) },
      operating_system: printable(system ?? 'unknown'),
      image: printable(subject.name),
    },
  };
}

function identifier(id: string) {
  const value = printable(id);
  if (/^CVE-\d{4}-\d{4,}$/.test(id))
    return { type: 'cve', name: value, value, url: `https://www.cve.org/CVERecord?id=${id}` };
  if (/^GHSA(?:-[0-9a-z]{4}){3}$/.test(id))
    return { type: 'ghsa', name: value, value, url: `https://github.com/advisories/${id}` };
  const [type = ''] = value.split('-');
  return { type: /^[A-Za-z]+$/.test(type) ? type.toLowerCase() : 'advisory', name: value, value };
}

/** A UUID of the application's own making (RFC 9562, version 8). */
function uuidOf(fingerprint: string): string {
  const at = (from: number, to: number) => fingerprint.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-8${at(13, 16)}-8${at(17, 20)}-${at(20, 32)}`;
}
