import { Chalk } from 'chalk';

/** How a renderer may draw: colour decided per stream by the caller, width of the terminal (or 80). */
export interface View {
  color: boolean;
  columns: number;
  /** For a pipe or a file: sentences stay on one line, for whatever reads them; drawings keep to `columns`. */
  unbroken?: boolean;
  /** For a screen that is drawn line by line, where the terminal cuts what is too long. */
  frame?: boolean;
}

/** Where a line is broken, in columns; Infinity for never. */
export const lineWidth = ({ columns, unbroken = false }: View): number => (unbroken ? Infinity : columns);

type Paint = (text: string) => string;

/** Colours never carry a meaning alone: every mark is also a word or a symbol. */
export interface Theme {
  ok: Paint;
  bad: Paint;
  warn: Paint;
  dim: Paint;
  bold: Paint;
  accent: Paint;
  /** By a node's role: master, replica, sentinel, unknown. */
  role(role: string, text?: string): string;
}

export const SYMBOL = { ok: '✔', bad: '✗', warn: '!', unknown: '?', next: '→' } as const;

export function themeOf(view: Pick<View, 'color'>): Theme {
  const chalk = new Chalk({ level: view.color ? 1 : 0 });
  const roles: Record<string, Paint> = {
    master: chalk.magenta,
    replica: chalk.cyan,
    sentinel: chalk.blue,
    unknown: chalk.red,
  };
  // chalk joins all its arguments: as a callback of map() it would print the index as well.
  const one =
    (paint: Paint): Paint =>
    (text) =>
      paint(text);
  return {
    ok: one(chalk.green),
    bad: one(chalk.red),
    warn: one(chalk.yellow),
    dim: one(chalk.dim),
    bold: one(chalk.bold),
    accent: one(chalk.cyan),
    role: (role, text = role) => (roles[role] ?? chalk.reset)(text),
  };
}
