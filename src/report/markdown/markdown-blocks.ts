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
    case 'steps':
      return block.steps
        .slice(0, MOST_LINES)
        .map(({ title, text, commands = [] }, at) =>
          [
            `${at + 1}. **${markdownText(title)}**${text === undefined ? '' : `<br>${markdownText(text)}`}`,
            ...(commands.length === 0
              ? []
              : [indented(markdownFence(commands.slice(0, MOST_LINES), 'sh'), `${at + 1}. `.length)]),
          ].join('\n'),
        )
        .join('\n');
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

/** Part of the item of a list before it. */
function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}
