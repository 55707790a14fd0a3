import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import doctor from '../../../commands/doctor.js';
import { argument } from '../../../src/cli/argument.js';
import { defineCommand } from '../../../src/cli/command.js';
import { main } from '../../../src/cli/main.js';
import type { Registry } from '../../../src/cli/registry.js';
import { systemClock } from '../../../src/clock.js';
import type { Globals } from '../../../src/config/globals.js';
import { registry, run } from '../../helpers/main-commands.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { type MemoryWorld, memoryWorld } from '../../helpers/world.js';

describe('interruptions', () => {
  function start(argv: string[]): { world: MemoryWorld; done: Promise<number> } {
    const world = memoryWorld({ commands: registry });
    return { world, done: main(argv, world) };
  }
  const listening = async (world: MemoryWorld): Promise<void> => {
    await expect.poll(() => world.listeners(), { interval: 2 }).toBeGreaterThan(0);
  };
  const ctrlC = { kind: 'signal', name: 'SIGINT' } as const;

  it.each([
    [ctrlC, 130],
    [{ kind: 'signal', name: 'SIGTERM' } as const, 143],
    [{ kind: 'signal', name: 'SIGHUP' } as const, 143],
    [{ kind: 'crash', error: new Error('in a listener') } as const, 2],
  ])('%j ends a command with %i', async (what, code) => {
    const { world, done } = start(['hangs']);
    await listening(world);
    world.interrupt(what);
    expect(await done).toBe(code);
    expect(world.listeners()).toBe(0);
    expect(world.left).toEqual([]);
    // The first cause wins: that a socket closed afterwards is of no interest.
    expect(world.stderr.text).not.toMatch(/socket closed/);
  });

  it.each([
    [ctrlC, 130, 'measured until then\n', ''],
    [
      { kind: 'crash', error: new Error('in a listener') } as const,
      2,
      '',
      'error: unexpected: in a listener\n',
    ],
  ])('%j of a command that still has a result: exit code %i', async (what, code, out, err) => {
    const { world, done } = start(['salvages']);
    await listening(world);
    world.interrupt(what);
    expect(await done).toBe(code);
    expect(world.stdout.text).toBe(out);
    expect(world.stderr.text).toContain(err);
  });

  it('the first Ctrl-C says so, a second one 1 s later leaves at once', async () => {
    let nowMs = 5000;
    const world = { ...memoryWorld({ commands: registry }), clock: { ...systemClock, now: () => nowMs } };
    const done = main(['hangs'], world);
    await listening(world);
    world.interrupt(ctrlC);
    // One Ctrl-C reaches the process twice where a wrapper passes it on.
    nowMs += 999;
    world.interrupt(ctrlC);
    world.interrupt({ kind: 'signal', name: 'SIGTERM' });
    expect(world.left).toEqual([]);
    nowMs += 1;
    world.interrupt(ctrlC);
    expect(world.left).toEqual([130]);
    expect(await done).toBe(130);
    expect(world.stderr.text).toMatch(
      /^Interrupted: cleaning up \(Ctrl-C again to abort without cleanup\)\naborted: redis-1 of default may be down\n/,
    );
  });

  it.each([[[]], [['--quiet']]])(
    'a second Ctrl-C says what was not rolled back, last change first %j',
    async (flags) => {
      let nowMs = 5000;
      const world = { ...memoryWorld({ commands: registry }), clock: { ...systemClock, now: () => nowMs } };
      const done = main(['changes', ...flags], world);
      await listening(world);
      world.interrupt(ctrlC);
      nowMs += 1000;
      world.interrupt(ctrlC);
      expect(world.left).toEqual([130]);
      expect(await done).toBe(130);
      expect(world.stderr.text).toContain(
        'this is left to do:\n  second\n  first\nroll it back and remove keys of the run:\n→ sentinelctl recover\n',
      );
    },
  );

  it('doctor --fix prints at a second Ctrl-C what goes on with the rest, as it was typed; doctor alone prints nothing', () => {
    const options = { only: [], skip: [], severity: 'info', gone: [] };
    const said = (undo: readonly string[] | null, typed: object = {}, confirm: string | null = null) =>
      doctor.cutOff?.({ cluster: 'x', confirm } as Globals, undo, { ...options, ...typed });
    expect(said(null)).toBeNull();
    expect(said([], { gone: ['redis-3', '10.0.0.9:6379'] })).toBe(
      'aborted: no repair is half done, and those that are done stay; do the rest:\n' +
        '→ sentinelctl doctor --fix --gone redis-3,10.0.0.9:6379 --cluster x',
    );
    expect(
      said([], { only: ['min-replicas'], skip: ['ghost-sentinel'], severity: 'warning' }, 'x'),
    ).toContain(
      '→ sentinelctl doctor --fix --only min-replicas --skip ghost-sentinel --severity warning --confirm x --cluster x',
    );
    expect(said(['first', 'second'])).toBe(
      'aborted without cleanup: a repair may be half done; this is left to do:\n  first\n  second\n' +
        'roll it back, then do the rest; the repairs before it are done, and stay:\n' +
        '→ sentinelctl recover --cluster x\n→ sentinelctl doctor --fix --cluster x',
    );
  });

  it('a failed rollback outweighs the interruption', async () => {
    const { world, done } = start(['stuck']);
    await listening(world);
    world.interrupt(ctrlC);
    expect(await done).toBe(4);
    expect(world.stderr.text).toMatch(/redis-1 is still down/);
  });

  it('with --json an interruption is a document', async () => {
    const { world, done } = start(['hangs', '--json']);
    await listening(world);
    world.interrupt(ctrlC);
    expect(await done).toBe(130);
    expect(JSON.parse(world.stdout.text)).toMatchObject({ error: { code: 'interrupted' } });
  });

  it('--timeout ends a command with 2 and says what to do', async () => {
    const { code, err, world } = await run(['hangs', '--timeout', '20ms']);
    expect(code).toBe(2);
    expect(err).toMatch(/not finished after 20ms[\s\S]*--timeout 40ms/);
    expect(world.listeners()).toBe(0);
  });
});

describe('questions', () => {
  async function home(): Promise<Record<string, string>> {
    const dir = await tempDir();
    await mkdir(join(dir, 'clusters', 'default'), { recursive: true });
    const plan = {
      driver: 'process',
      spec: { masterName: 'mymaster' },
      nodes: [{ id: 'redis-1' }, { id: 'redis-2' }],
    };
    await writeFile(join(dir, 'clusters', 'default', 'cluster.json'), JSON.stringify({ plan }));
    return { SENTINELCTL_HOME: dir };
  }
  const asks = defineCommand({
    examples: [],
    arguments: [argument.required('NODE', { summary: 'which', complete: 'node', ask: 'Which node?' })],
    run: async (_context, { args: [node] }) => node,
    render: (node) => node,
  });
  const commands: Registry = {
    asks: { summary: 'asks', group: 'Inspect', load: async () => ({ default: asks }) },
  };
  const asked = async (world: MemoryWorld): Promise<void> => {
    await expect.poll(() => world.stderr.text, { interval: 5, timeout: 50_000 }).toContain('Which node?');
  };

  it('a missing argument is asked for on a terminal, with the live choices', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    expect(world.stderr.text).toContain('redis-2');
    world.stdin.write('\x1b[B\r');
    expect(await done).toBe(0);
    expect(world.stdout.text).toBe('redis-1\n');
  });

  it('Ctrl-C in a question ends with 130', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    world.stdin.write('\x03');
    expect(await done).toBe(130);
    expect(world.stdout.text).toBe('');
  });

  it('the end of input in a question is a refusal (3)', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    world.stdin.end();
    expect(await done).toBe(3);
  });

  it.each([['--no-input'], ['--json']])('nothing is asked with %s', async (flag) => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    expect(await main(['asks', flag], world)).toBe(64);
  });
});
