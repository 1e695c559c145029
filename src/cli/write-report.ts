import { writeOut } from '#cli/output.ts';
import type { Page } from '#report/page/page.ts';

/** Formats that are made of a report's items, whatever command found them. */
export const REPORT_FORMATS = ['html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Whether a format is one of those. */
export function isReportFormat(format: string): format is ReportFormat {
  return REPORT_FORMATS.some((one) => one === format);
}

/** What a command has found, made when a format asks for it. */
export interface ReportSource {
  readonly page: () => Promise<Page>;
}

/** Writes a report in one of the formats. @throws `OUTPUT_FAILED` */
export async function writeReport(format: ReportFormat, file: string | undefined, source: ReportSource): Promise<void> {
  switch (format) {
    case 'html': {
      const { htmlPage } = await import('#report/html/html-page.ts');
      return writeOut(file, htmlPage(await source.page()));
    }
  }
}
