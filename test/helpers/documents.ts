import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block: "```console docker" has the language `console` and the word `docker`. */
export interface Fence {
  language: string;
  words: string[];
  /** Of the opening fence, from 1. */
  line: number;
  lines: string[];
}

/** A `$ ` line of a console block, and what it must do. */
export interface ShownCommand {
  text: string;
  line: number;
  /** `# exits N` behind the command; 0 without it. */
  exits: number;
  /** `# again until it exits N`: it is typed again, as a reader would. */
  again: boolean;
  /** `# until Ctrl-C`: it goes on until it is interrupted. */
  endless: boolean;
}

export interface Document {
  /** From the project's root. */
  path: string;
  text: string;
  fences: Fence[];
}

/** README.md, CHANGELOG.md and everything below docs/, in order. */
export function documents(): Document[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  return ['README.md', 'CHANGELOG.md', ...below.sort()].map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, fences: fencesOf(text) };
  });
}

/** A heading, and its anchor as GitHub makes it: a second one of the same words gets -1. */
export interface Heading {
  level: number;
  text: string;
  anchor: string;
}

/** The headings of a page in order, without what a block of code has. */
export function headingsOf(text: string): Heading[] {
  const seen = new Map<string, number>();
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', words = '']) => {
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return { level: marks.length, text: words, anchor: before === 0 ? slug : `${slug}-${before}` };
  });
}

function fencesOf(text: string): Fence[] {
  const fences: Fence[] = [];
  let open: Fence | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const mark = /^```(\S*)\s*(.*)$/.exec(line);
    if (mark === null) open?.lines.push(line);
    else if (open !== undefined) open = undefined;
    else {
      const words = (mark[2] ?? '').split(/\s+/).filter(Boolean);
      open = { language: mark[1] ?? '', words, line: i + 1, lines: [] };
      fences.push(open);
    }
  }
  return fences;
}

/** The commands of a console block; its other lines are what they print. */
export function shownCommands(fence: Fence): ShownCommand[] {
  return fence.lines.flatMap((text, i) => {
    if (!text.startsWith('$ ')) return [];
    const command = text.slice(2).trim();
    const comment = /\s#\s+(.*)$/.exec(command)?.[1] ?? '';
    return [
      {
        text: command,
        line: fence.line + i + 1,
        exits: Number(/\bexits (\d+)\b/.exec(comment)?.[1] ?? 0),
        again: /\bagain until it exits \d+/.test(comment),
        endless: /\buntil Ctrl-C\b/.test(comment),
      },
    ];
  });
}
