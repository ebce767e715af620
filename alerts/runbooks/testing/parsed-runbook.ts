import { readRunbook } from '../runbook-files.ts';

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Title of the step or action that it stands under. */
  readonly under: string;
}

export interface Part {
  /** `1` of a step, `A` of an action, empty otherwise. */
  readonly mark: string;
  readonly title: string;
  readonly text: string;
}

export interface Runbook {
  readonly name: string;
  readonly markdown: string;
  readonly title: string;
  /** Title -> text, in their order. */
  readonly sections: ReadonlyMap<string, string>;
  /** What stands under `###` in a section. */
  readonly parts: (section: string) => readonly Part[];
  readonly code: readonly CodeBlock[];
  /** What stands between single backticks. */
  readonly inline: readonly string[];
  /** Without code of either kind. */
  readonly prose: (text: string) => string;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** Without its fenced blocks. */
export function withoutCode(text: string): string {
  return text.replaceAll(FENCE, '');
}

const INLINE = /`([^`\n]+)`/g;

export function parseRunbook(name: string): Runbook {
  const markdown = readRunbook(name);
  const [head = '', ...sections] = split(markdown, '## ');
  const withoutFences = markdown.replaceAll(FENCE, '');
  return {
    name,
    markdown,
    title: head.trim(),
    sections: new Map(sections.map(titled)),
    parts: (section) => {
      const text = new Map(sections.map(titled)).get(section) ?? '';
      return split(text, '### ').slice(1).map(toPart);
    },
    code: codeIn(markdown),
    inline: [...withoutFences.matchAll(INLINE)].map(([, text = '']) => text),
    prose: (text) => text.replaceAll(FENCE, '').replaceAll(INLINE, ''),
  };
}

function toPart(block: string): Part {
  const [title, text] = titled(block);
  const [, mark = '', rest = title] = /^(\d+|[A-Z])\. (.*)$/.exec(title) ?? [];
  return { mark, title: rest, text };
}

/** Marks at the beginning of a line, but not in code. */
function split(text: string, mark: string): string[] {
  const parts: string[] = [''];
  let inCode = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    if (!inCode && line.startsWith(mark)) parts.push(line.slice(mark.length));
    else parts[parts.length - 1] += `\n${line}`;
  }
  return parts;
}

function titled(block: string): [string, string] {
  const end = block.indexOf('\n');
  return end < 0 ? [block, ''] : [block.slice(0, end).trim(), block.slice(end + 1)];
}

function codeIn(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map(({ index, 1: language = '', 2: text = '' }) => {
    const titles = [...markdown.slice(0, index).matchAll(/^#{2,3} (.*)$/gm)];
    return { language, text: text.trim(), under: titles.at(-1)?.[1] ?? '' };
  });
}
