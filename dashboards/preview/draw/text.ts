import type { PanelModel } from '../data/panel-model.ts';
import { escapeHtml } from './html.ts';

/** A text panel's Markdown: headings, lists, bold, code and links. */
export function drawText({ panel }: PanelModel): string {
  const { mode = 'markdown', content = '' } = (panel.options ?? {}) as { mode?: string; content?: string };
  if (mode !== 'markdown') throw new Error(`text in mode "${mode}" is not drawn here`);
  return `<div class="markdown">${markdown(content)}</div>`;
}

function markdown(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => paragraph(block))
    .join('');
}

function paragraph(block: string): string {
  const lines = block.split('\n');
  const heading = /^(#{1,6}) (.*)$/.exec(lines[0] ?? '');
  if (heading) {
    const level = heading[1]?.length ?? 1;
    const rest = lines.slice(1).join('\n');
    return `<h${level}>${inline(heading[2] ?? '')}</h${level}>${rest === '' ? '' : paragraph(rest)}`;
  }
  if (lines.every((line) => /^\s*[-*] |^\s{2,}\S/.test(line))) return list('ul', lines, /^\s*[-*] /);
  if (lines.every((line) => /^\s*\d+\. |^\s{2,}\S/.test(line))) return list('ol', lines, /^\s*\d+\. /);
  return `<p>${inline(lines.join(' '))}</p>`;
}

function list(tag: string, lines: readonly string[], mark: RegExp): string {
  const items: string[] = [];
  for (const line of lines) {
    if (mark.test(line)) items.push(line.replace(mark, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return `<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${tag}>`;
}

function inline(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '<a>$1</a>');
}
