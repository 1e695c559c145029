import { printable } from '#report/columns.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is only text, between tags and in quoted attributes; what could hide or turn text becomes `?`. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}
