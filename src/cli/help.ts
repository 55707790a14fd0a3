import { Help, Option } from 'commander';
import type { View } from '../report/text/theme.js';
import type { ArgumentDef } from './argument.js';
import type { Command } from './command.js';
import { CLUSTER, CLUSTER_TO_CREATE, GLOBAL_OPTIONS } from './global-options.js';
import type { OptionDef } from './option.js';
import { GROUPS, type Registry } from './registry.js';
import { type Paint, painter } from './streams.js';

const TAGLINE =
  'Operate and verify Redis Sentinel clusters: start one, inspect it, test its failover, prove the result.';

/** `sentinelctl --help`: needs no command's module. */
export function rootHelp(commands: Registry, view: View): string {
  const paint = painter(view.color);
  const entries = Object.entries(commands).filter(([, entry]) => entry.hidden !== true);
  const groups = GROUPS.map((group) => {
    const items = entries.filter(([, e]) => e.group === group).map(([name, e]): Item => [name, e.summary]);
    return section(group, items, view, paint, 15);
  });
  return [
    wrap(TAGLINE, view.columns),
    examples(
      ['sentinelctl up', 'sentinelctl status', 'sentinelctl failover-test', 'sentinelctl down'],
      paint,
    ),
    heading('Usage', paint, inset('sentinelctl COMMAND [ARGUMENT…] [OPTION…]', view.columns)),
    ...groups,
    section('Options of every command', GLOBAL_OPTIONS.map(optionItem), view, paint),
    section(
      'More',
      [['sentinelctl COMMAND --help', 'a description of the command, with examples']],
      view,
      paint,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `sentinelctl NAME --help`: examples first. */
export function commandHelp(def: Command, view: View): string {
  const paint = painter(view.color);
  const words = def.arguments.map(argumentWord);
  const usage = ['sentinelctl', def.name, ...words, '[OPTION…]'].join(' ');
  return [
    wrap(sentence(def.summary), view.columns),
    examples(def.examples, paint),
    heading('Usage', paint, inset(usage, view.columns)),
    def.description === undefined ? '' : wrap(reflow(def.description), view.columns),
    section(
      'Arguments',
      def.arguments.map((a): Item => [a.name, a.summary]),
      view,
      paint,
    ),
    section('Options', Object.values(def.options).map(optionItem), view, paint),
    section('Options of every command', globalOptionsOf(def).map(optionItem), view, paint),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What creates a cluster never takes the only one that exists (which-cluster.ts). */
const globalOptionsOf = ({ creates }: Command): OptionDef[] =>
  GLOBAL_OPTIONS.map((def) =>
    creates === true && def.flags === CLUSTER.flags ? { ...def, defaultText: CLUSTER_TO_CREATE } : def,
  );

type Item = [term: string, text: string];

/** `NODE`, `[MASTER]`, `[NODE…]`. */
export function argumentWord(argument: ArgumentDef): string {
  const name = argument.variadic ? `${argument.name}…` : argument.name;
  return argument.required ? name : `[${name}]`;
}

function optionItem(def: OptionDef): Item {
  const option = new Option(def.flags);
  const extra = [
    ...(def.choices === undefined ? [] : [def.choices.join(', ')]),
    ...(def.defaultText === undefined ? [] : [`default: ${def.defaultText}`]),
  ];
  const flags = option.short === undefined ? `    ${def.flags}` : def.flags;
  return [flags, extra.length === 0 ? def.summary : `${def.summary} (${extra.join('; ')})`];
}

const heading = (title: string, paint: Paint, body: string): string =>
  `${paint('bold', `${title}:`)}\n${body}`;

const examples = (lines: readonly string[], paint: Paint): string =>
  lines.length === 0
    ? ''
    : heading('Examples', paint, lines.map((l) => `  ${paint('dim', '$')} ${l}`).join('\n'));

function section(title: string, items: readonly Item[], view: View, paint: Paint, leastTerm = 0): string {
  if (items.length === 0) return '';
  const termWidth = Math.max(leastTerm, ...items.map(([term]) => term.length));
  return heading(title, paint, items.map((item) => itemLines(item, termWidth, view.columns)).join('\n'));
}

/** Term and text side by side, or below each other where the terminal is too narrow for that. */
function itemLines([term, text]: Item, termWidth: number, columns: number): string {
  const room = columns - termWidth - 4;
  if (room < 24) return `  ${term}\n${indent(wrap(text, columns - 6), 6)}`;
  const [first = '', ...rest] = wrap(text, room).split('\n');
  return [`  ${term.padEnd(termWidth)}  ${first}`, ...rest.map((l) => ' '.repeat(termWidth + 4) + l)].join(
    '\n',
  );
}

const inset = (text: string, columns: number): string => indent(wrap(text, columns - 2), 2);

const indent = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

const sentence = (summary: string): string =>
  `${summary.charAt(0).toUpperCase()}${summary.slice(1)}${summary.endsWith('.') ? '' : '.'}`;

/** Line breaks of the source become spaces; an empty line stays. */
const reflow = (text: string): string => text.replace(/([^\n])\n(?!\n)/g, '$1 ');

function wrap(text: string, columns: number): string {
  const helper = new Help();
  helper.minWidthToWrap = 10;
  return helper.boxWrap(text, Math.min(columns, 100));
}
