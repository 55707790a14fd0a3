import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { NodePlan } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { parseRecords } from '../../src/wire/replies.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { QUIET } from '../helpers/quiet.js';
import { hasTmux, openTerminal, type Terminal } from '../helpers/tmux.js';

const up = async (cli: Cli): Promise<void> => {
  const made = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
  expect(made.code, made.stderr).toBe(0);
};

describe.skipIf(!hasTmux)('status --watch in a terminal', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli();
    await up(cli);
  });
  beforeEach(async () => {
    terminal = await openTerminal({ home: cli.home });
  });
  afterEach(() => terminal.close());
  afterAll(() => cli.close());

  /** Until every sentinel has had an answer from a node since this moment of performance.now(). */
  const heardBySentinels = async (id: string, sinceMs: number): Promise<void> => {
    const nodes = await nodesOf(cli);
    const port = String(nodes.find((n) => n.id === id)?.endpoint.port);
    const sentinels = nodes.filter((n) => n.kind === 'sentinel');
    const heard = async (sentinel: NodePlan): Promise<boolean> => {
      const ageMs = performance.now() - sinceMs;
      const records = parseRecords(await ask(sentinel, ['SENTINEL', 'REPLICAS', 'mymaster']));
      const record = records.find((r) => r.get('port') === port);
      return record?.get('flags') === 'slave' && Number(record.get('last-ok-ping-reply')) < ageMs;
    };
    const all = await until(
      async () => ((await Promise.all(sentinels.map(heard))).every(Boolean) ? true : undefined),
      { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
    );
    expect(all, `${id} answers all sentinels`).toBe(true);
  };

  /** As a shell must find it: the usual screen, with a cursor, in a mode that shows what is typed. */
  const isClean = async (): Promise<void> => {
    expect(await terminal.flag('alternate_on')).toBe('0');
    expect(await terminal.flag('cursor_flag')).toBe('1');
    expect(await terminal.flag('wrap_flag')).toBe('1');
    await terminal.run(
      'stty -a | tr " ;" "\\n\\n" | grep -x -e "-\\?icanon" -e "-\\?echo" -e "-\\?isig" | sort',
    );
    await terminal.shows(/^echo\nicanon\nisig$/m);
  };

  it('shows a node that goes away and comes back, and what changed', async () => {
    await terminal.run('sentinelctl status --watch 300ms');
    await terminal.shows(/^HEALTHY {2}mymaster → redis-1/m);
    await terminal.shows(/no change since/);
    expect(await terminal.flag('alternate_on')).toBe('1');
    expect(await terminal.flag('cursor_flag')).toBe('0');

    expect((await cli.run(['kill', 'redis-2'])).code).toBe(0);
    await terminal.shows(/^redis-2 {2}no answer/m);
    await terminal.shows(/- redis-2 (did not answer|refused the connection|closed the connection)/);
    const startedMs = performance.now();
    expect((await cli.run(['start', 'redis-2'])).code).toBe(0);
    await terminal.shows(/\+ redis-2 answers again/);
    const back = await terminal.shows(/^HEALTHY[\s\S]*^redis-2 {2}replica/m);
    // Drawn over, not below: each line stands there once.
    expect(back.match(/^NODE /gm)).toHaveLength(1);
    expect(back.match(/q quits/g)).toHaveLength(1);
    await terminal.press('q');
    await terminal.exitCode();
    expect(await terminal.screen()).not.toContain('HEALTHY');
    await isClean();

    // A sentinel that had no answer for down-after calls it down for a moment although it answers again.
    await heardBySentinels('redis-2', startedMs);
    await terminal.run('sentinelctl status --watch 300ms');
    await terminal.shows(/^HEALTHY/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
  });

  it('q answers with the code of the last look, Esc too', async () => {
    expect((await cli.run(['kill', 'redis-3'])).code).toBe(0);
    for (const key of ['q', 'Escape']) {
      await terminal.run('sentinelctl status --watch=500ms');
      await terminal.shows(/^DEGRADED/m);
      await terminal.press(key);
      expect(await terminal.exitCode()).toBe(1);
    }
    expect((await cli.run(['start', 'redis-3'])).code).toBe(0);
  });

  it('Ctrl-C leaves the terminal clean, with 130 and without a word', async () => {
    await terminal.run('sentinelctl status --watch');
    await terminal.shows(/^(HEALTHY|DEGRADED)/m);
    await terminal.press('C-c');
    expect(await terminal.exitCode()).toBe(130);
    expect(await terminal.screen()).not.toMatch(/error|Interrupted/);
    await isClean();
  });

  it('SIGTERM leaves the terminal clean, with 143', async () => {
    await terminal.run(`sh -c 'echo $$ >${cli.home}/pid; exec sentinelctl status --watch'`);
    await terminal.shows(/^(HEALTHY|DEGRADED)/m);
    process.kill(Number(await readFile(`${cli.home}/pid`, 'utf8')), 'SIGTERM');
    expect(await terminal.exitCode()).toBe(143);
    await isClean();
  });

  it('follows the size of the window, and is never wider or higher than it', async () => {
    await terminal.run('sentinelctl status --watch 10s');
    await terminal.shows(/FLAGS[\s\S]*^sentinel-3/m);
    await terminal.resize(40, 12);
    const small = await terminal.shows(/more lines: enlarge the window/);
    expect(small).toContain('q quits');
    expect(small).toContain('no change since');
    expect(small).not.toContain('FLAGS');
    await terminal.resize(100, 40);
    await terminal.shows(/FLAGS[\s\S]*^sentinel-3/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBeLessThanOrEqual(1);
    await isClean();
  });

  it('goes on when the cluster is taken down and brought up again', async () => {
    await terminal.run('sentinelctl status --watch 300ms');
    await terminal.shows(/^HEALTHY/m);
    expect((await cli.run(['down'])).code).toBe(0);
    await terminal.shows(/^error: cluster "default" does not exist/m);
    await up(cli);
    await terminal.shows(/^HEALTHY/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
  });

  it('an unknown cluster is an error at once, not something to watch', async () => {
    await terminal.run('sentinelctl status --watch --cluster nosuch');
    await terminal.shows(/error: cluster "nosuch" does not exist/);
    expect(await terminal.exitCode()).toBe(3);
    await isClean();
  });
});

describe('status --watch off a terminal', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openCli();
    await up(cli);
  });
  afterAll(() => cli.close());

  it('prints a block per look, an empty line between them, and nothing that moves', async () => {
    const ran = await cli.run(['status', '--watch', '100ms', '--timeout', '10s']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toBe('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(ran.stdout).not.toMatch(/\x1b/);
    const blocks = ran.stdout.split(/\n\n(?=\d\d:\d\d:\d\d\n)/);
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(block).toMatch(/^\d\d:\d\d:\d\d\nHEALTHY {2}mymaster → redis-1/);
  });

  it('as tsv prints one header, then the rows of each look with its time', async () => {
    const ran = await cli.run(['status', '--watch', '100ms', '--output', 'tsv', '--timeout', '3s']);
    expect(ran.code, ran.stderr).toBe(0);
    const [header, ...rows] = ran.stdout.trimEnd().split('\n');
    expect(header).toMatch(/^at\tid\thost\tport\t/);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatch(/^\d{4}-\d\d-\d\dT\S+Z\t(redis|sentinel)-\d\t/);
  });

  it('with --json prints a document a line, with what changed', async () => {
    const ran = await cli.run(['status', '--watch', '100ms', '--json', '--timeout', '10s']);
    expect(ran.code, ran.stderr).toBe(0);
    const documents = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(documents.length).toBeGreaterThan(1);
    for (const document of documents) {
      expect(document).toMatchObject({ cluster: 'default', healthy: true, changes: [] });
      expect(new Date(String(document.at)).toISOString()).toBe(document.at);
    }
  });
});
