import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { systemClock } from '../../src/clock.js';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import { until } from '../../src/until.js';
import {
  type Document,
  documents,
  type Fence,
  type ShownCommand,
  shownCommands,
} from '../helpers/documents.js';
import { openShell, type Shell } from '../helpers/shell.js';

/**
 * Types what the documents show, block by block, each document in a state directory of its own, several documents at
 * the same time. Only ```console blocks are run; their `$ ` lines must exit 0, or as their comment says: `# exits 3`,
 * `# again until it exits 0`, `# until Ctrl-C`. A block finds a cluster `default`, as the blocks before it left it.
 * Words behind the language: `docker` needs an engine; `alone` has a state directory of its own as well, for what
 * takes long and needs nothing of the blocks before it.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LONG_MS = 240_000;
/** How long a command that is to be typed again may be refused, in milliseconds: down-after, and an election. */
const AGAIN_MS = 60_000;

/**
 * Every document's commands are typed here: a state directory of its own, free ports, a down-after that is short, and
 * long enough for the next line to be typed before a replica takes over.
 */
const SETTINGS = {
  SENTINELCTL_DRIVER: 'process',
  SENTINELCTL_PORT: 'auto',
  SENTINELCTL_SENTINEL_PORT: 'auto',
  SENTINELCTL_DOWN_AFTER: '3s',
  // How fast a failover is here and now is not what is tested.
  SENTINELCTL_BUDGET: '60s',
};
const IN_DOCKER = { SENTINELCTL_DRIVER: 'docker', SENTINELCTL_IMAGE: 'host' };

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

const probe = await dockerDriver.probe({ settings: { image: 'host' }, env });
const isRequired = env.SENTINELCTL_REQUIRE_DOCKER === '1';
it.runIf(isRequired && !probe.ok)('a Docker Engine is required and answers', () => {
  expect(probe).toMatchObject({ ok: true });
});

const all = documents();

interface Block {
  fence: Fence;
  commands: ShownCommand[];
}
/** What takes long and is shown in several places is typed in the first one, where its block has nothing else in it. */
const LONG = /^sentinelctl (failover-test|sweep|chaos|quorum-test)\b/;
const typedBefore = new Set<string>();
const isRepeated = ({ commands }: Block): boolean => {
  const long = commands.filter(({ text }) => LONG.test(text)).map(({ text, exits }) => `${text} ${exits}`);
  if (commands.length === 1 && long.some((line) => typedBefore.has(line))) return true;
  for (const line of long) typedBefore.add(line);
  return false;
};
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
const readings = all.flatMap((document): Reading[] => {
  const blocks = blocksOf(document).filter((block) => !isRepeated(block));
  const isAlone = ({ fence }: Block): boolean => fence.words.includes('alone');
  return [
    { title: document.path, blocks: blocks.filter((block) => !isAlone(block)) },
    ...blocks
      .filter(isAlone)
      .map((block) => ({ title: `${document.path}, line ${block.fence.line}`, blocks: [block] })),
  ].filter(({ blocks }) => blocks.length > 0);
});

describe.concurrent.each(readings)('what $title shows', ({ blocks }) => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell(SETTINGS);
  });
  afterAll(() => shell?.close(), LONG_MS);

  for (const { fence, commands } of blocks) {
    const needsDocker = fence.words.includes('docker');
    const name = `line ${fence.line}: ${commands.map(({ text }) => text).join(' ; ')}`;
    it(name, { concurrent: false, timeout: LONG_MS }, async ({ skip }) => {
      if (needsDocker && !probe.ok) skip(probe.reason);
      const settings = needsDocker ? IN_DOCKER : {};
      await standUp(shell, commands, settings);
      for (const command of commands) await prove(shell, command, settings);
    });
  }
});

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
    const ran = await shell.type(command.text, {
      env: settings,
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

describe('the documents', () => {
  it('show command lines of sentinelctl only where a test runs them', () => {
    const elsewhere = all.flatMap(({ path, fences }) =>
      fences
        .filter(({ language }) => language !== 'console')
        .flatMap(({ language, line, lines }) =>
          lines
            .filter((text) => (language === '' ? /^\$ sentinelctl / : /^\s*(\$ )?sentinelctl /).test(text))
            .map((text) => `${path}:${line} ${text}`),
        ),
    );
    // A block without a language is a file, or what something prints. examples.test.ts runs what the reference takes from the commands.
    expect(elsewhere.filter((line) => !line.startsWith('docs/reference.md:'))).toEqual([]);
  });

  it('README.md lists every command', () => {
    const [, after = ''] = (all.find(({ path }) => path === 'README.md')?.text ?? '').split(
      '\n## Commands\n',
    );
    const [section = ''] = after.split('\n## ');
    const listed = Object.entries(commands).filter(([, entry]) => entry.hidden !== true);
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    const named = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/[a-z][a-z-]+/g)].map(([name]) => name),
    );
    const missing = listed.filter(([name]) => !named.includes(name));
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it('name no file and no heading that is not there', () => {
    const broken = all.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^https?:/.test(target) && !reaches(path, target))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('docs/reference.md is what the commands say (npm run docs:reference writes it)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/reference.mjs'], { cwd: ROOT });
    expect(readFileSync(`${ROOT}/docs/reference.md`, 'utf8')).toBe(stdout);
  });
});

/** Whether a link from one document leads somewhere: a file, and in Markdown a heading by its anchor. */
function reaches(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : fileURLToPath(new URL(file, new URL(from, `file://${ROOT}`)));
  const full = file === '' ? `${ROOT}/${from}` : path;
  if (!existsSync(full)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(full, 'utf8').matchAll(/^#+ (.+)$/gm)].map((m) => slug(m[1] ?? ''));
  return headings.includes(anchor);
}

/** As GitHub makes an anchor of a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
