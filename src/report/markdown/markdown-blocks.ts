import { markdownFence, markdownText } from '#report/markdown/markdown-text.ts';
import type { Block } from '#report/page/page.ts';

const MOST_LINES = 50;

/** Running text as Markdown; ends with an empty line. */
export function markdownBlocks(blocks: readonly Block[]): string {
  return blocks.map((block) => `${markdownBlock(block)}\n`).join('\n');
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return markdownText(block.text);
    case 'note':
      return `> ${markdownText(block.text)}`;
    case 'list': {
      const lines = block.items
        .slice(0, MOST_LINES)
        .map((text, at) => `${block.ordered ? `${at + 1}.` : '-'} ${markdownText(text)}`);
      const more = block.items.length - MOST_LINES;
      return [...lines, ...(more > 0 ? [`\nand ${more} more`] : [])].join('\n');
    }
    case 'commands':
      return markdownFence(block.lines.slice(0, MOST_LINES), 'sh');
    case 'drawing':
      return markdownFence(block.lines.slice(0, MOST_LINES), 'text');
    case 'table': {
      const row = (cells: readonly string[]) =>
        `| ${cells.map((text) => markdownText(text).replaceAll('|', '\\|')).join(' | ')} |`;
      const rows = block.rows.slice(0, MOST_LINES).map(row);
      return [row(block.head), `|${block.head.map(() => ' --- |').join('')}`, ...rows].join('\n');
    }
  }
}
