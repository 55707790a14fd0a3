import { CUT_OFF } from '../../commands/shared/cut-off.js';
import { argument } from '../../src/cli/argument.js';
import { type CommandDef, defineCommand } from '../../src/cli/command.js';
import type { Context } from '../../src/cli/context.js';
import { main } from '../../src/cli/main.js';
import { option } from '../../src/cli/option.js';
import type { Registry } from '../../src/cli/registry.js';
import { keyValue } from '../../src/config/parsers.js';
import { EXIT, notRestored, refused } from '../../src/errors.js';
import { type MemoryWorld, type MemoryWorldOptions, memoryWorld } from './world.js';

/** Shows what it got. */
const echo = defineCommand({
  description: 'First line,\nsecond line.',
  examples: ['sentinelctl echo'],
  arguments: [argument.rest('WORD', { summary: 'words' })],
  options: {
    downAfterMs: option.duration('--down-after <duration>', { summary: 'how long', default: 5000 }),
    restart: option.off('--no-restart', { summary: 'leave it' }),
    follow: option.flag('-f, --follow', { summary: 'keep printing' }),
    mode: option.choice('--mode <which>', ['fast', 'slow'], { summary: 'which' }),
    set: option.values('--set <key=value>', { summary: 'repeatable', parse: keyValue('--set', 'a=b') }),
    watchMs: option.duration('--watch [interval]', { summary: 'repeat', alone: 2000, flagOnly: true }),
  },
  run: async ({ globals }, { args, options }) => ({ globals, args: args[0], options }),
  render: () => 'rendered',
  insteadOf: { '--junk': '--set junk=1' },
  toJson: (result) => result,
});

const plain = (run: (context: Context) => Promise<unknown>, more: Partial<CommandDef> = {}): CommandDef => ({
  ...defineCommand({ examples: ['sentinelctl x'], run, render: (result) => String(result) }),
  ...more,
});

const untilAborted = ({ signal }: Context): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('socket closed')), { once: true }),
  );

const COMMANDS: Record<string, CommandDef> = {
  echo,
  sick: plain(async () => 'sick', { exitCode: () => EXIT.violated }),
  refuses: plain(async () => {
    throw refused('locked', 'another command is running', { why: 'line one\nline two', hint: 'wait' });
  }),
  breaks: plain(async () => {
    throw new TypeError('x is not a function');
  }),
  hangs: plain(untilAborted, { cutOff: ({ cluster }) => `aborted: redis-1 of ${cluster} may be down` }),
  changes: plain(
    (context) => {
      context.progress({ type: 'left', undo: ['first', 'second'] });
      return untilAborted(context);
    },
    { cutOff: CUT_OFF },
  ),
  stuck: plain(async (context) => {
    await untilAborted(context).catch(() => {});
    throw notRestored('left-over', 'redis-1 is still down');
  }),
  salvages: plain((context) => untilAborted(context).catch(() => 'measured until then')),
  streams: plain(async ({ write }) => {
    await write('one\n');
    await write('two\n');
  }),
  talks: plain(async ({ progress }) => {
    progress({ type: 'step', id: 'a', state: 'start', label: 'first' });
    progress({ type: 'step', id: 'a', state: 'done', label: 'first', ms: 84 });
    progress({ type: 'note', level: 'warning', text: 'beware' });
    return 'done';
  }),
  rows: plain(async () => 'r', {
    rows: {
      columns: ['a', 'b.c'],
      of: () => [{ a: 1, b: { c: 'x\ty' } }, { a: 1 }, { a: 2, b: { c: [3, 4] } }],
    },
  }),
  wants: plain(async () => 'w', {
    examples: ['sentinelctl wants redis-1'],
    arguments: [argument.required('NODE', { summary: 'which node', ask: 'Which?' })],
  }),
};

const ONE = argument.optional('WORD', { summary: 'one word' });
const SUMMARIES: Record<string, string> = { echo: 'show what was given' };

/** Commands that behave in one way each. */
export const registry: Registry = {
  ...Object.fromEntries(
    Object.entries({ ...COMMANDS, single: { ...echo, arguments: [ONE] } }).map(([name, command]) => [
      name,
      {
        summary: SUMMARIES[name] ?? name,
        group: 'Inspect' as const,
        load: async () => ({ default: command }),
      },
    ]),
  ),
  makes: { summary: 'makes', group: 'Cluster', creates: true, load: async () => ({ default: echo }) },
  broken: { summary: 'never loaded', group: 'Inspect', load: () => Promise.reject(new Error('loaded')) },
};

/** Runs one of them in memory. */
export async function run(
  argv: string[],
  options: MemoryWorldOptions = {},
): Promise<{ code: number; out: string; err: string; world: MemoryWorld }> {
  const world = memoryWorld({ commands: registry, ...options });
  const code = await main(argv, world);
  return { code, out: world.stdout.text, err: world.stderr.text, world };
}
