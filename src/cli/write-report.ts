import { writeOut } from '#cli/output.ts';
import { VERSION } from '#core/version.ts';
import type { ItemReport, ReportRun } from '#report/items/item-report.ts';
import type { Page } from '#report/page/page.ts';

/** Formats that are made of a report's items, whatever command found them. */
export const REPORT_FORMATS = [
  'sarif',
  'gitlab-container-scanning',
  'gitlab-code-quality',
  'junit',
  'markdown',
  'html',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Those that `lint` writes: flaws in packages are none of its findings. */
export const LINT_REPORT_FORMATS = REPORT_FORMATS.filter((format) => format !== 'gitlab-container-scanning');

/** Whether a format is one of those. */
export function isReportFormat(format: string): format is ReportFormat {
  return REPORT_FORMATS.some((one) => one === format);
}

/** The run that a report is of, as it is told. */
export function reportRun(command: ReportRun['command'], now: Date): ReportRun {
  return { command, root: process.cwd(), tool: { name: 'holdfast', version: VERSION }, createdAt: now.toISOString() };
}

/** What a command has found, made when a format asks for it. */
export interface ReportSource {
  readonly page: () => Promise<Page>;
  readonly items: () => Promise<ItemReport>;
  /** All flaws in packages that were found, where that is more than the items. */
  readonly flaws?: () => Promise<ItemReport>;
}

/** Writes a report in one of the formats. @throws `OUTPUT_FAILED` */
export async function writeReport(format: ReportFormat, file: string | undefined, source: ReportSource): Promise<void> {
  switch (format) {
    case 'sarif': {
      const { sarifLog } = await import('#report/sarif/sarif-log.ts');
      return writeJson(file, sarifLog(await source.items()));
    }
    case 'gitlab-code-quality': {
      const { codeQuality } = await import('#report/gitlab/code-quality.ts');
      return writeJson(file, codeQuality(await source.items()));
    }
    case 'gitlab-container-scanning': {
      const { containerScanning } = await import('#report/gitlab/container-scanning.ts');
      return writeJson(file, containerScanning(await (source.flaws ?? source.items)()));
    }
    case 'junit': {
      const { junitXml } = await import('#report/junit/junit-xml.ts');
      return writeOut(file, junitXml(await source.items()));
    }
    case 'markdown': {
      const { markdownPage } = await import('#report/markdown/markdown-page.ts');
      return writeOut(file, [markdownPage(await source.page())]);
    }
    case 'html': {
      const { htmlPage } = await import('#report/html/html-page.ts');
      return writeOut(file, htmlPage(await source.page()));
    }
  }
}

async function writeJson(file: string | undefined, value: unknown): Promise<void> {
  const { jsonPieces } = await import('#report/json-pieces.ts');
  return writeOut(file, jsonPieces(value), '\n');
}
