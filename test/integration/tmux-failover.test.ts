import stringWidth from 'string-width';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { statusOf } from '../helpers/main-road.js';
import { hasTmux, openTerminal, PROMPT, type Terminal } from '../helpers/tmux.js';

const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

describe.skipIf(!hasTmux)('failover-test in a terminal', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli();
  });
  beforeEach(async () => {
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s']);
    expect(up.code, up.stderr).toBe(0);
  });
  afterEach(() => terminal.close());
  afterAll(() => cli.close());

  it('says each phase once as it ends, then the verdict, and leaves nothing that moves', async () => {
    terminal = await openTerminal({ home: cli.home, rows: 100 });
    await terminal.run('sentinelctl failover-test --rejoin guarded --yes');
    await terminal.shows(SPINNER);
    await terminal.shows(/^✔ .*\+sdown/m);
    await terminal.shows(/^✔ .*\+switch-master/m);
    await terminal.shows(/^PASS {2}/m);
    expect(await terminal.exitCode()).toBe(0);
    const lines = (await terminal.written()).split('\n');
    const ended = lines
      .slice(
        0,
        lines.findIndex((l) => l.startsWith('PASS')),
      )
      .filter((l) => /^✔/.test(l));
    expect(ended.length).toBeGreaterThan(8);
    expect(new Set(ended).size).toBe(ended.length);
    expect(lines.filter((l) => SPINNER.test(l) || /^ {2}.* …$/.test(l))).toEqual([]);
    expect(await terminal.flag('cursor_flag')).toBe('1');
  });

  it('Ctrl-C in the middle puts the killed master back and says so', async () => {
    terminal = await openTerminal({ home: cli.home, rows: 100 });
    await terminal.run('sentinelctl failover-test --yes');
    const fault = await terminal.shows(/fault: SIGKILL to redis-\d/);
    const killed = /fault: SIGKILL to (redis-\d)/.exec(fault)?.[1];
    await terminal.press('C-c');
    await terminal.shows(/Interrupted: cleaning up \(Ctrl-C again to abort without cleanup\)/);
    await terminal.shows(/^✔ rolling back 1 action /m);
    await terminal.shows(/^✔ proving that all nodes agree again /m);
    expect(await terminal.exitCode()).toBe(130);
    expect(await terminal.flag('cursor_flag')).toBe('1');
    const { status } = await statusOf(cli);
    const nodes = status.masters[0]?.nodes ?? [];
    expect(nodes.filter((n) => !n.reachable)).toEqual([]);
    expect(nodes.map((n) => n.id)).toContain(killed);
    expect(nodes.filter((n) => n.role === 'master')).toHaveLength(1);
  });

  it('in a window of 40 columns no line is wider than the window', async () => {
    terminal = await openTerminal({ home: cli.home, columns: 40, rows: 60 });
    for (const command of [
      'status',
      'masters',
      'replicas',
      'sentinels',
      'list',
      'failover-test --rejoin guarded --yes',
    ]) {
      await terminal.run(`sentinelctl ${command}`);
      expect(await terminal.exitCode()).toBeLessThanOrEqual(1);
      const lines = (await terminal.written()).split('\n').filter((line) => !line.startsWith(PROMPT));
      expect(lines.length).toBeGreaterThan(2);
      expect(
        lines.filter((line) => stringWidth(line.trimEnd()) > 40),
        command,
      ).toEqual([]);
    }
  });
});
