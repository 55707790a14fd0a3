import { Chalk } from 'chalk';
import type { LogLine } from '../../drivers/node-host.js';
import { padEnd, plain } from '../plain-text.js';

/** One after the other, so that neighbours differ; red is kept for what is wrong. */
const COLORS = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'cyanBright',
  'yellowBright',
  'greenBright',
  'magentaBright',
  'blueBright',
] as const;

/** One line of a node's log with the node before it, in the node's own colour. */
export function logLineText(
  line: LogLine,
  view: { known: readonly string[]; width: number; color: boolean },
): string {
  const name = padEnd(line.node, view.width);
  const color = COLORS[Math.max(0, view.known.indexOf(line.node)) % COLORS.length] ?? 'cyan';
  const chalk = new Chalk({ level: view.color ? 1 : 0 });
  return `${chalk[color](`${name} │`)} ${plain(line.text)}`;
}
