import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../../src/cli/command.js';
import type { Context } from '../../../src/cli/context.js';
import { EXIT } from '../../../src/errors.js';
import { menu } from '../../../src/tui/menu.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { type MemoryWorld, memoryWorld } from '../../helpers/world.js';

const NODES = ['redis-1', 'redis-2'];
const server = (id: string): object => ({
  id,
  host: 'h',
  port: 1,
  reachable: true,
  role: 'replica',
  views: [],
});

const WELL = {
  word: 'HEALTHY',
  text: 'mymaster → redis-1',
  ...{ impact: null, cause: null, forMs: null, next: null },
};

/** A `status` that finds every cluster healthy, and each that is asked for by addresses attached. */
const status = defineCommand({
  examples: [],
  run: async ({ globals }: Context) => ({
    cluster: globals.sentinelAddrs === null ? globals.cluster : 'h:1',
    driver: globals.sentinelAddrs === null ? 'process' : 'attached',
    healthy: true,
    verdict: WELL,
    sentinels: [],
    masters: [
      {
        ...{ name: 'mymaster', healthy: true, verdict: WELL, views: [], problems: [] },
        master: server('redis-1'),
        nodes: NODES.map(server),
      },
    ],
    problems: [],
  }),
  render: () => '',
});

describe('the menu', () => {
  async function open(
    given: string[] = [],
    {
      clusters = ['default'],
      env = {},
      code = 0,
      used,
    }: {
      clusters?: string[];
      env?: Record<string, string>;
      code?: number;
      used?: string;
    } = {},
  ): Promise<{
    world: MemoryWorld;
    ran: string[][];
    done: Promise<number | undefined>;
    shows(text: string): Promise<void>;
    press(...keys: string[]): void;
  }> {
    const home = await tempDir();
    for (const name of clusters) {
      await mkdir(join(home, 'clusters', name), { recursive: true });
      const plan = { driver: 'process', nodes: NODES.map((id) => ({ id })) };
      await writeFile(join(home, 'clusters', name, 'cluster.json'), JSON.stringify({ plan }));
    }
    if (used !== undefined) await writeFile(join(home, 'use'), `${used}\n`);
    const world = memoryWorld({
      tty: true,
      env: { SENTINELCTL_HOME: home, ...env },
      commands: { status: { summary: 'status', group: 'Inspect', load: async () => ({ default: status }) } },
    });
    const ran: string[][] = [];
    const done = menu(world, given, async (argv) => {
      ran.push([...argv]);
      return code;
    });
    let seen = { screen: 0, printed: 0 };
    // The frames, and what was printed between them.
    const screen = (): string => stripVTControlCharacters(world.stdout.text);
    const printed = (): string => stripVTControlCharacters(world.stderr.text);
    const shows = async (text: string): Promise<void> => {
      await expect
        .poll(() => screen().slice(seen.screen) + printed().slice(seen.printed), {
          interval: 5,
          timeout: 50_000,
        })
        .toContain(text);
    };
    const press = (...keys: string[]): void => {
      seen = { screen: screen().length, printed: printed().length };
      for (const key of keys) world.stdin.write(key);
    };
    return { world, ran, done, shows, press };
  }
  const [ENTER, ESC, DOWN, CTRL_C] = ['\r', '\x1b', '\x1b[B', '\x03'];

  it('shows the command line, runs it, waits for a key, and comes back', async () => {
    const { world, ran, done, shows, press } = await open(['--no-color']);
    await shows('❯ Status');
    await shows('$ sentinelctl status --cluster default --no-color');
    press(ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['status', '--cluster', 'default', '--no-color']]);
    expect(world.stderr.text).toContain('$ sentinelctl status --cluster default --no-color\n');
    press(ENTER);
    await shows('❯ Status');
    press('q');
    expect(await done).toBe(EXIT.ok);
    expect(world.listeners()).toBe(0);
    expect(world.stdin.isPaused()).toBe(true);
  });

  it('leaves nothing behind on Esc: the screen is the one of before, and nothing was printed', async () => {
    const { world, done, shows, press } = await open();
    await shows('❯ Status');
    press(ESC);
    expect(await done).toBe(EXIT.ok);
    expect(world.stdout.text.endsWith('\x1b[?1049l')).toBe(true);
    expect(world.stderr.text).toBe('');
    expect(world.lastWords.size).toBe(0);
    expect(world.stdout.listenerCount('resize')).toBe(0);
  });

  it('says the exit code of a command that failed; Esc goes back to the menu, q ends it there', async () => {
    const { world, done, shows, press } = await open([], { code: 3 });
    await shows('❯ Status');
    press(ENTER);
    await shows('exit code 3\nEnter: menu');
    press(ESC);
    await shows('❯ Status');
    press(ENTER);
    await shows('exit code 3\nEnter: menu');
    press('q');
    expect(await done).toBe(EXIT.ok);
    expect(world.stderr.text.endsWith('\r\x1b[K')).toBe(true);
  });

  it('asks for what is missing with the whole command line, and Esc goes back to the same entry', async () => {
    const { ran, done, shows, press } = await open(['--cluster', 'b'], { clusters: ['a', 'b'] });
    await shows('❯ Status');
    press('/', 'q');
    await shows('find: /q');
    press(ESC);
    await shows('q quits');
    press('kil');
    await shows('❯ Kill a node …');
    press(ENTER);
    await shows('$ sentinelctl kill redis-2 --cluster b');
    press(ESC);
    await shows('❯ Kill a node …');
    press(ENTER);
    await shows('❯ redis-2');
    press(DOWN, DOWN, ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['kill', 'redis-1', '--cluster', 'b']]);
    press('q');
    expect(await done).toBe(EXIT.ok);
  });

  it('asks for the name of another cluster, and is about that one afterwards', async () => {
    const { ran, done, shows, press } = await open();
    await shows('❯ Status');
    press('another', ENTER);
    await shows('A name for the new cluster:');
    press('b');
    await shows('--cluster b');
    press(ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['up', '--port', 'auto', '--sentinel-port', 'auto', '--cluster', 'b']]);
    press(ENTER);
    // The command of this test created nothing.
    await shows('Cluster b does not exist.');
    press('q');
    expect(await done).toBe(EXIT.ok);
  });

  it('never takes another cluster for the one that was named', async () => {
    const { done, shows, press } = await open(['--cluster', 'orders']);
    await shows('Cluster orders does not exist.');
    await shows('$ sentinelctl up --cluster orders');
    press('q');
    expect(await done).toBe(EXIT.ok);
  });

  it('asks which one first, where there are several and none was named', async () => {
    const { ran, done, shows, press } = await open([], { clusters: ['a', 'default'] });
    await shows('Which cluster?');
    // Nothing is behind the first list.
    await shows('q quits');
    // The one that commands take by default first.
    await shows('❯ default');
    press(DOWN, ENTER);
    await shows('cluster a');
    await shows('❯ Status');
    press(ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['status', '--cluster', 'a']]);
    press(ENTER);
    await shows('cluster a');
    press(CTRL_C);
    expect(await done).toBe(EXIT.interrupted);
  });

  it('is about the one that use chose, and does not ask', async () => {
    const { shows, press, ran, done } = await open([], { clusters: ['billing', 'orders'], used: 'orders' });
    await shows('$ sentinelctl status --cluster orders');
    press(ENTER);
    await shows('Enter: menu');
    press('q');
    expect(await done).toBe(EXIT.ok);
    expect(ran).toEqual([['status', '--cluster', 'orders']]);
  });

  it('is about the attached cluster that the environment names, whose commands need no option', async () => {
    const { ran, done, shows, press } = await open([], { env: { REDIS_SENTINEL_ADDRS: 'h:1' } });
    await shows('attached cluster');
    await shows('❯ Status');
    press('doc', ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['doctor']]);
    press('q');
    expect(await done).toBe(EXIT.ok);
  });

  it('switches to a cluster by the addresses of its sentinels, and says which ones it cannot read', async () => {
    const { ran, done, shows, press } = await open();
    await shows('❯ Status');
    press('switch', ENTER);
    await shows('❯ default');
    press('addresses', ENTER);
    await shows('Its sentinels');
    // What is typed replaces the example that is there; what was refused is edited.
    press('h:x', ENTER);
    await shows('"h:x"');
    press('\x15', 'h:1', ENTER);
    await shows('attached cluster');
    await shows('❯ Status');
    press(ENTER);
    await shows('Enter: menu');
    expect(ran).toEqual([['status', '--sentinel-addrs', 'h:1']]);
    press('q');
    expect(await done).toBe(EXIT.ok);
  });

  it('asks nothing where the settings say so, or where the terminal cannot be drawn on', async () => {
    for (const [given, env] of [
      [['--no-input'], {}],
      [[], { TERM: 'dumb' }],
    ] as const) {
      const { world, done } = await open([...given], { env });
      expect(await done).toBeUndefined();
      expect(world.stdout.text + world.stderr.text).toBe('');
    }
  });

  it.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const)('%s restores the terminal and leaves with %i', async (name, code) => {
    const { world, done, shows } = await open();
    await shows('❯ Status');
    world.interrupt({ kind: 'signal', name });
    expect(await done).toBe(code);
    expect(world.stdout.text.endsWith('\x1b[?1049l')).toBe(true);
    expect(world.listeners()).toBe(0);
  });

  it.each(['in the list', 'after a command'])('Ctrl-C %s leaves with 130', async (where) => {
    const { done, shows, press } = await open();
    await shows('❯ Status');
    if (where === 'after a command') {
      press(ENTER);
      await shows('Enter: menu');
    }
    press(CTRL_C);
    expect(await done).toBe(EXIT.interrupted);
  });
});
