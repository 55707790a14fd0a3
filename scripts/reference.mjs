// Writes docs/reference.md from the commands themselves: `--write` into the file, else to standard output.
import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { fromSource } from './bundle.mjs';

const [{ commands }, { GLOBAL_OPTIONS }, { argumentWord }, { GROUPS, loadCommand }, { variableOf }] =
  await Promise.all(
    [
      'commands/index.ts',
      'src/cli/global-options.ts',
      'src/cli/help.ts',
      'src/cli/registry.ts',
      'src/config/settings.ts',
    ].map(fromSource),
  );

const cell = (text) => text.replaceAll('|', '\\|');
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
const table = (head, rows) =>
  [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`]
    .concat(rows.map((row) => `| ${row.map(cell).join(' | ')} |`))
    .join('\n');

function optionRow(def) {
  const name = new Option(def.flags).name().replace(/^no-/, '');
  const negated = /--no-/.test(def.flags);
  const variable =
    def.flagOnly && name !== 'redis-server' ? '-' : `\`${variableOf(negated ? `no-${name}` : name)}\``;
  const words = def.choices === undefined ? '' : `: ${def.choices.map((c) => `\`${c}\``).join(', ')}`;
  return [`\`${def.flags}\``, variable, def.defaultText ?? '-', `${def.summary}${words}`];
}
const optionTable = (defs) => table(['option', 'variable', 'default', 'what'], defs.map(optionRow));

function section(def) {
  const args = def.arguments;
  const usage = ['sentinelctl', def.name, ...args.map(argumentWord), '[OPTION…]'].join(' ');
  return [
    `### ${def.name}`,
    sentence(def.summary),
    ...(def.description === undefined ? [] : [def.description.replace(/([^\n])\n(?!\n)/g, '$1 ')]),
    `Usage: \`${usage}\``,
    ...(args.length === 0
      ? []
      : [
          table(
            ['argument', 'what'],
            args.map((a) => [`\`${argumentWord(a)}\``, a.summary]),
          ),
        ]),
    ...(Object.keys(def.options).length === 0 ? [] : [optionTable(Object.values(def.options))]),
    `\`\`\`sh\n${def.examples.join('\n')}\n\`\`\``,
  ].join('\n\n');
}

const namesIn = (group) =>
  Object.entries(commands)
    .filter(([, entry]) => entry.group === group && entry.hidden !== true)
    .map(([name]) => name);
const groups = await Promise.all(
  GROUPS.map(async (group) => {
    const defs = await Promise.all(namesIn(group).map((name) => loadCommand(commands, name)));
    return [`## ${group}`, ...defs.map(section)].join('\n\n');
  }),
);
const anchors = new Map();
/** A link to the next heading of the page, by the anchor that GitHub makes: a second one of the same words gets -1. */
function link(heading) {
  const anchor = heading.toLowerCase().replaceAll(' ', '-');
  const before = anchors.get(anchor) ?? 0;
  anchors.set(anchor, before + 1);
  return `[${heading}](#${anchor}${before === 0 ? '' : `-${before}`})`;
}
const SHARED = 'Options of every command';
const contents = [
  ...GROUPS.map((group) => `- ${link(group)}: ${namesIn(group).map(link).join(' · ')}`),
  `- ${link(SHARED)}`,
].join('\n');
const text = `${[
  '# Reference',
  '<!-- Written by scripts/reference.mjs from the commands themselves; a test fails when it is out of date. -->',
  'Every command, as its own `--help` has it. An option that has a variable can also be set by it, or by its name in a settings file: see [configuration](configuration.md). Durations take units: `250ms`, `5s`, `2m`, `1h`.',
  contents,
  ...groups,
  `## ${SHARED}`,
  'Before or after the command’s name.',
  optionTable(GLOBAL_OPTIONS),
].join('\n\n')}\n`;

if (process.argv.includes('--write')) await writeFile(new URL('../docs/reference.md', import.meta.url), text);
else process.stdout.write(text);
