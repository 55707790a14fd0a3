import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KnownCluster } from '../../../src/cli/known.js';
import type { StatusResult } from '../../../src/model/status.js';
import { menu } from '../../../src/tui/menu.js';
import { menuChoices } from '../../../src/tui/menu-choices.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { type MemoryWorld, memoryWorld } from '../../helpers/world.js';

const cluster = (name: string): KnownCluster => ({
  name,
  driver: 'process',
  masterName: 'mymaster',
  nodes: ['redis-1'],
});
const names = (state: Parameters<typeof menuChoices>[0]): string[] => menuChoices(state).map((c) => c.name);

describe('what the menu offers', () => {
  it('up first, where nothing is known', () => {
    expect(names({ clusters: [], current: null })[0]).toBe('Up');
    expect(names({ clusters: [], current: null })).not.toContain('Down');
  });

  it('status first, where something is', () => {
    const state = { clusters: [cluster('default')], current: 'default' };
    expect(names(state).slice(0, 2)).toEqual(['Status', 'Failover test']);
    expect(names(state)).not.toContain('Another cluster');
    expect(names({ ...state, clusters: [cluster('default'), cluster('b')] })).toContain('Another cluster');
  });

  it('what helps first, where something is wrong', () => {
    const at = (health: 'unhealthy' | 'down'): string[] =>
      names({ clusters: [{ ...cluster('default'), health }], current: 'default' });
    expect(at('unhealthy').slice(0, 2)).toEqual(['Status', 'Start a node']);
    expect(at('down')[0]).toBe('Up');
    expect(at('down')).not.toContain('Failover test');
  });

  it('what the first problem asks for second, where that is one complete sentinelctl command', () => {
    const at = (fix: string): string[] => {
      const status = { problems: [{ fix, message: 'redis-2 does not answer' }] } as unknown as StatusResult;
      const state = { clusters: [{ ...cluster('c1'), health: 'unhealthy' as const, status }], current: 'c1' };
      return menuChoices(state).flatMap((c) => (c.does.type === 'run' ? [c.does.words.join(' ')] : []));
    };
    expect(at('sentinelctl start redis-2 --cluster c1')[1]).toBe('start redis-2 --cluster c1');
    expect(at('sentinelctl logs redis-2 --tail 50')[1]).toBe('logs redis-2 --tail 50 --cluster c1');
    for (const fix of ['redis-cli -p 6379 PING', 'sentinelctl status', 'sentinelctl restart NODE', 'wait'])
      expect(at(fix)[1], fix).toBe('start --cluster c1');
  });

  it('up by the name that was given, where there is no cluster of that name', () => {
    const state = { clusters: [cluster('other')], current: null, given: 'orders' };
    expect(menuChoices(state)[0]?.does).toEqual({ type: 'run', words: ['up', '--cluster', 'orders'] });
    expect(names(state)).toContain('Another cluster');
  });

  it('every command names its cluster', () => {
    for (const choice of menuChoices({ clusters: [cluster('c1')], current: 'c1' })) {
      if (choice.does.type !== 'run' || choice.does.ask === 'addresses' || choice.does.ask === 'new-cluster')
        continue;
      if (choice.name !== 'Help') expect(choice.does.words.slice(-2)).toEqual(['--cluster', 'c1']);
    }
  });
});

describe('the menu', () => {
  async function open(
    given: string[] = [],
    clusters: string[] = ['default'],
  ): Promise<{
    world: MemoryWorld;
    ran: string[][];
    done: Promise<number | undefined>;
    shows(text: string): Promise<void>;
  }> {
    const home = await tempDir();
    for (const name of clusters) {
      await mkdir(join(home, 'clusters', name), { recursive: true });
      const plan = { driver: 'process', nodes: [{ id: 'redis-1' }] };
      await writeFile(join(home, 'clusters', name, 'cluster.json'), JSON.stringify({ plan }));
    }
    const world = memoryWorld({ tty: true, env: { SENTINELCTL_HOME: home } });
    // A prompt that ends would end its output: the real standard error doesn't mind.
    world.stderr.end = (() => world.stderr) as typeof world.stderr.end;
    const ran: string[][] = [];
    const done = menu(world, given, async (argv) => {
      ran.push([...argv]);
      return 0;
    });
    let seen = 0;
    const shows = async (text: string): Promise<void> => {
      await expect
        .poll(() => world.stderr.text.indexOf(text, seen), { interval: 5, timeout: 5000 })
        .toBeGreaterThan(-1);
      seen = world.stderr.text.length;
    };
    return { world, ran, done, shows };
  }

  it('shows the command line, runs it, and comes back', async () => {
    const { world, ran, done, shows } = await open();
    await shows('Cluster default. What next?');
    world.stdin.write('\r');
    await expect.poll(() => ran.length, { interval: 5 }).toBe(1);
    await shows('navigate');
    expect(ran).toEqual([['status', '--cluster', 'default']]);
    expect(stripVTControlCharacters(world.stderr.text)).toContain('$ sentinelctl status --cluster default\n');
    world.stdin.write('q');
    expect(await done).toBe(0);
    expect(world.listeners()).toBe(0);
  });

  it('asks for what is missing, and Esc goes back', async () => {
    const { world, ran, done, shows } = await open(['--no-color', '--cluster', 'b'], ['a', 'b']);
    await shows('Cluster b. What next?');
    world.stdin.write('kil');
    world.stdin.write('\r');
    await shows('Which node?');
    world.stdin.write('\x1b');
    await shows('What next?');
    world.stdin.write('kil');
    world.stdin.write('\r');
    await shows('Which node?');
    world.stdin.write('\x1b[B\r');
    await shows('What next?');
    expect(ran).toEqual([['kill', 'redis-1', '--cluster', 'b', '--no-color']]);
    world.stdin.write('\x1b');
    expect(await done).toBe(0);
  });

  it('never takes another cluster for the one that was named', async () => {
    const { world, done, shows } = await open(['--cluster', 'orders'], ['default']);
    await shows('Cluster orders does not exist. What next?');
    world.stdin.write('q');
    expect(await done).toBe(0);
  });

  it('asks which one first, where there are several and none was named', async () => {
    const { world, ran, done, shows } = await open([], ['a', 'default']);
    await shows('Which cluster?');
    world.stdin.write('\r');
    await shows('Cluster default. What next?');
    world.stdin.write('\r');
    await expect.poll(() => ran.length, { interval: 5 }).toBe(1);
    expect(ran).toEqual([['status', '--cluster', 'default']]);
    await shows('navigate');
    world.stdin.write('q');
    expect(await done).toBe(0);
  });

  it('asks nothing where the settings say so', async () => {
    const { world, done } = await open(['--no-input']);
    expect(await done).toBeUndefined();
    expect(world.stderr.text).toBe('');
  });

  it('Ctrl-C leaves with 130', async () => {
    const { world, done, shows } = await open([], []);
    await shows('No cluster exists');
    world.stdin.write('\x03');
    expect(await done).toBe(130);
  });
});
