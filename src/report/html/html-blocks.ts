import { escapeHtml } from '#report/html/escape-html.ts';
import type { Block, Step } from '#report/page/page.ts';

/** Running text as HTML. */
export function htmlBlocks(blocks: readonly Block[]): string {
  return blocks.length === 0 ? '' : `<div class="lead">${blocks.map(htmlBlock).join('')}</div>\n`;
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'note':
      return `<p class="note ${block.tone}">${escapeHtml(block.text)}</p>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</${tag}>`;
    }
    case 'commands':
      return htmlCommands(block.lines);
    case 'steps':
      return `<ol class="steps">${block.steps.map(htmlStep).join('')}</ol>`;
    case 'drawing':
      return `<pre class="drawing">${block.lines.map(escapeHtml).join('\n')}</pre>`;
    case 'table': {
      const row = (cells: readonly string[], tag: 'th' | 'td') =>
        `<tr>${cells.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
      const rows = block.rows.map((cells) => row(cells, 'td')).join('');
      return `<div class="scroll"><table><thead>${row(block.head, 'th')}</thead><tbody>${rows}</tbody></table></div>`;
    }
  }
}

function htmlStep({ title, tone, text, commands = [] }: Step): string {
  return [
    `<li class="${tone}"><p class="todo">${escapeHtml(title)}</p>`,
    text === undefined ? '' : `<p>${escapeHtml(text)}</p>`,
    commands.length === 0 ? '' : htmlCommands(commands),
    '</li>',
  ].join('');
}

/** Lines for a shell, with a button that copies them; the script shows it. */
export function htmlCommands(lines: readonly string[]): string {
  const text = lines.map(escapeHtml).join('\n');
  return `<div class="shell"><button type="button" hidden>Copy</button><pre><code>${text}</code></pre></div>`;
}
