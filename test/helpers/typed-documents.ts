import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Document, documents, type Fence, type ShownCommand, shownCommands } from './documents.js';
import { asTyped, openShell, type Shell } from './shell.js';
import { isAsNew, noEngine, secondsOf, type TypedPart, typedWith } from './typed.js';

/**
 * Types what the documents show, block by block, each document in a state directory of its own. Only ```console blocks
 * are run; their `$ ` lines must exit 0, or as their comment says: `# exits 3`, `# again until it exits 0`,
 * `# until Ctrl-C`. A block finds a cluster `default`, as the blocks before it left it. Words behind the language:
 * `docker` needs an engine; `alone` has a state directory of its own as well, for what takes long and needs nothing of
 * the blocks before it.
 */
const LONG_MS = 600_000;
/** How long a command that is to be typed again may be refused, in milliseconds: down-after, and elections that split. */
const AGAIN_MS = 600_000;

/** Long enough for the next line to be typed before a replica takes over. */
const SETTINGS = typedWith('3s');
const IN_DOCKER = { SENTINELCTL_DRIVER: 'docker', SENTINELCTL_IMAGE: 'host' };

/** For a block whose first lines hold only until a replica takes over: long enough on a busy machine too. */
const SLOW_FAILOVER = { SENTINELCTL_DOWN_AFTER: '15s' };

/** How a killed master returns is not what this line shows, and by default it takes 10 s longer. */
const settingsOf = ({ text }: ShownCommand): Record<string, string> =>
  typedOf(text) === 'sentinelctl failover-test' ? { SENTINELCTL_REJOIN: 'guarded' } : {};

/** What is shown and not run here, and why. */
const NOT_RUN: { line: RegExp; why: string }[] = [
  {
    line: /^npm run (drill|setup|dev|bench:)/,
    why: 'the drill has a run of its own, setup and build come before every test, the benches are measured by hand',
  },
  { line: /^npm test/, why: 'this is npm test' },
  {
    line: /^(npm (ci|pack|i|install|run build)|npx)\b/,
    why: 'pack.test.ts installs the package and runs it',
  },
];
const reasonNotToRun = (text: string): string | undefined => NOT_RUN.find(({ line }) => line.test(text))?.why;

const all = documents();

interface Block {
  fence: Fence;
  commands: ShownCommand[];
}
const blocksOf = (document: Document): Block[] =>
  document.fences
    .filter((fence) => fence.language === 'console')
    .map((fence) => ({
      fence,
      commands: shownCommands(fence).filter(({ text }) => reasonNotToRun(text) === undefined),
    }))
    .filter(({ commands }) => commands.length > 0);

/** Blocks that are typed one after the other, in one state directory. */
interface Reading {
  title: string;
  blocks: Block[];
}
const blocksOfAll = all.map((document) => ({ document, blocks: blocksOf(document) }));

/** What is typed, without the comment behind it. */
const typedOf = (text: string): string => text.replace(/\s+#\s.*$/, '');

/**
 * A line that takes long, exits 0 and is shown in several places is typed once, in the longest block that has it. A
 * block that shows less of its output still has the same line.
 */
const LONG = /^sentinelctl (failover-test|sweep|chaos run|quorum-test|inject .*--for)\b/;
const typedOnce = new Set<string>();
const isRepeated = ({ text, exits }: ShownCommand): boolean => {
  if (!LONG.test(text) || exits !== 0) return false;
  const key = typedOf(text).replace(/ --quiet\b/, '');
  if (typedOnce.has(key)) return true;
  typedOnce.add(key);
  return false;
};
const repeated = new Set(
  blocksOfAll
    .flatMap(({ blocks }) => blocks)
    .toSorted((a, b) => b.commands.length - a.commands.length)
    .flatMap(({ commands }) => commands.filter(isRepeated)),
);
const withoutRepeated = ({ fence, commands }: Block): Block => ({
  fence,
  commands: commands.filter((command) => !repeated.has(command)),
});

const readings = blocksOfAll.flatMap(({ document, blocks: shown }): Reading[] => {
  const blocks = shown.map(withoutRepeated).filter(({ commands }) => commands.length > 0);
  const isAlone = ({ fence }: Block): boolean => fence.words.includes('alone');
  return [
    { title: document.path, blocks: blocks.filter((block) => !isAlone(block)) },
    ...blocks
      .filter(isAlone)
      .map((block) => ({ title: `${document.path}, line ${block.fence.line}`, blocks: [block] })),
  ].filter(({ blocks }) => blocks.length > 0);
});

/** Whether a line of the block is refused, and is then typed again until it succeeds. */
const isRefusedAtFirst = ({ commands }: Block): boolean =>
  commands.some((c, i) => c.again && typedOf(commands[i - 1]?.text ?? '') === typedOf(c.text));

const secondsIn = ({ blocks }: Reading): number =>
  blocks.flatMap(({ commands }) => commands).reduce((sum, c) => sum + secondsOf(c.text, c), 0);

/** Documents that share a state directory, one after the other: together they take about as long as a lane has. */
const TOGETHER_S = 45;
const sharesDirectory = ({ blocks }: Reading): boolean =>
  !blocks.some(
    (block) => isRefusedAtFirst(block) || block.fence.words.some((word) => /^(alone|docker)$/.test(word)),
  );
const together: Reading[][] = [];
for (const reading of readings.filter(sharesDirectory)) {
  const last = together.at(-1);
  const sum = last?.reduce((seconds, one) => seconds + secondsIn(one), secondsIn(reading)) ?? 0;
  if (last !== undefined && sum <= TOGETHER_S) last.push(reading);
  else together.push([reading]);
}
const apart = readings.filter((reading) => !sharesDirectory(reading)).map((reading) => [reading]);

/** What each document shows, as tests. */
export const documentParts: TypedPart[] = [...together, ...apart].map((all) => ({
  seconds: all.reduce((sum, one) => sum + secondsIn(one), 0),
  lines: all.flatMap(({ blocks }) => blocks.flatMap(({ commands }) => commands.map(({ text }) => text))),
  define: (asProcesses) =>
    describe(`what documents show: ${all[0]?.title}`, () => typeDocuments(all, asProcesses)),
}));

function typeDocuments(all: Reading[], asProcesses: ReadonlySet<string>): void {
  let shell: Shell;
  const blocks = all.flatMap((one) => one.blocks);
  beforeAll(async () => {
    const slow = blocks.some(isRefusedAtFirst) && SLOW_FAILOVER;
    shell = await openShell({ ...SETTINGS, ...slow }, asProcesses);
  });
  afterAll(() => shell?.close(), LONG_MS);
  for (const [i, one] of all.entries()) describe(one.title, () => typeBlocks(one, () => shell, i === 0));
}

function typeBlocks({ blocks }: Reading, shellOf: () => Shell, isFirst: boolean): void {
  for (const [i, { fence, commands }] of blocks.entries()) {
    const needsDocker = fence.words.includes('docker');
    const name = `line ${fence.line}: ${commands.map(({ text }) => text).join(' ; ')}`;
    it(name, { timeout: LONG_MS }, async ({ skip }) => {
      if (needsDocker && noEngine !== undefined) skip(noEngine);
      const settings = needsDocker ? IN_DOCKER : {};
      const shell = shellOf();
      if (i === 0 && !isFirst) await removeUsed(shell);
      await standUp(shell, commands, settings);
      for (const command of commands) await prove(shell, command, settings);
    });
  }
}

/** A document finds the cluster of the one before it only where that is as new: healthy, and redis-1 is the master. */
async function removeUsed(shell: Shell): Promise<void> {
  const status = await shell.type('sentinelctl status --json');
  if (status.code === 0 && isAsNew(status)) return;
  const down = await shell.type('sentinelctl down --all --yes --quiet');
  expect(down.code, down.stderr).toBe(0);
}

/** A block finds the default cluster up, unless it brings one up itself. */
async function standUp(
  shell: Shell,
  commands: ShownCommand[],
  settings: Record<string, string>,
): Promise<void> {
  if (commands[0]?.text.startsWith('sentinelctl up')) return;
  const listed = await shell.type('sentinelctl list --json');
  const { clusters } = listed.json() as { clusters: { cluster: string }[] };
  if (clusters.some((c) => c.cluster === 'default')) return;
  const up = await shell.type('sentinelctl up --quiet', { env: settings });
  expect(up.code, up.stderr).toBe(0);
}

async function prove(shell: Shell, command: ShownCommand, settings: Record<string, string>): Promise<void> {
  let said = '';
  const once = async (): Promise<number | null> => {
    const ran = await shell.type(await asTyped(shell, command.text), {
      env: { ...settings, ...settingsOf(command) },
      ...(command.endless ? { endUpon: 'stdout' as const } : {}),
    });
    said = `line ${command.line}: ${command.text}\n${ran.stdout}${ran.stderr}`;
    return ran.code;
  };
  const code = command.again
    ? await until(async () => ((await once()) === command.exits ? command.exits : undefined), {
        clock: systemClock,
        everyMs: 500,
        deadlineMs: AGAIN_MS,
      })
    : await once();
  expect(code, said).toBe(command.endless ? 130 : command.exits);
}
