import stringWidth from 'string-width';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { statusOf } from '../helpers/main-road.js';
import { hasTmux, openTerminal, PROMPT, type Terminal } from '../helpers/tmux.js';

/** Lines of the live block. */
const BLOCK = /^(switch [━─┊│]|writes [\d,]+\/s|… )/;
const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

describe.skipIf(!hasTmux)('failover-test in a terminal', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli({ hurried: true });
  });
  beforeEach(async () => {
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s']);
    expect(up.code, up.stderr).toBe(0);
  });
  afterEach(() => terminal.close());
  afterAll(() => cli.close());

  it('is one block that is redrawn in its place; a finished trial leaves one line, the block none', async () => {
    terminal = await openTerminal({ home: cli.home, rows: 100 });
    await terminal.run('sentinelctl failover-test --rejoin guarded --trials 2 --budget 60s --yes');
    const block = await terminal.shows(/^switch [━─┊│]+ \d+\.\d s \(┊ down-after 2s, │ budget 1m\)$/m);
    expect(block).toMatch(/^trial 1 of 2 {2}SIGKILL to redis-\d \d+\.\d s ago$/m);
    expect(block).toMatch(/^… waiting: one sentinel marks it down \(first \+sdown master\)$/m);
    expect(block).toMatch(/^writes [\d,]+\/s, \d+ errors?/m);
    expect(block.split('\n').filter((line) => BLOCK.test(line))).toHaveLength(3);
    expect(await terminal.flag('cursor_flag')).toBe('0');
    // What is typed meanwhile would shift it, and be a command of the shell afterwards.
    await terminal.type('exit 7');
    await terminal.press('Enter', 'Enter', 'Up');
    await terminal.shows(
      /^trial 1 of 2 {2}PASS {2}no answer for [\d.]+ m?s, switch [\d.]+ s, \d+ lost; redis-\d → redis-\d$/m,
    );
    await terminal.shows(/^trial 2 of 2 {2}SIGKILL to redis-\d .* about \d+ s left$/m);
    await terminal.shows(/^PASS {2}/m);
    expect(await terminal.exitCode()).toBe(0);
    const written = await terminal.written();
    expect(written.split('\n').filter((line) => BLOCK.test(line) || /^ {2}\S.*\+sdown/.test(line))).toEqual(
      [],
    );
    expect(written).not.toContain('exit 7');
    expect(await terminal.flag('cursor_flag')).toBe('1');
    await terminal.run(
      'stty -a | tr " ;" "\\n\\n" | grep -x -e "-\\?icanon" -e "-\\?echo" -e "-\\?isig" | sort',
    );
    await terminal.shows(/^echo\nicanon\nisig$/m);
  });

  it('in a window of 40 columns no line is wider than it; a low one has no block that wraps, and keeps what was there', async () => {
    terminal = await openTerminal({ home: cli.home, columns: 40, rows: 10 });
    const written = async (): Promise<string[]> => (await terminal.written()).split('\n');
    const tooWide = (lines: readonly string[]): string[] =>
      lines.filter((line) => !line.startsWith(PROMPT) && stringWidth(line.trimEnd()) > 40);
    for (const command of ['status', 'masters', 'replicas', 'sentinels', 'list']) {
      await terminal.run(`sentinelctl ${command}`);
      expect(await terminal.exitCode()).toBeLessThanOrEqual(1);
      const lines = await written();
      expect(lines.filter((line) => !line.startsWith(PROMPT)).length).toBeGreaterThan(2);
      expect(tooWide(lines), command).toEqual([]);
    }
    await terminal.run('sentinelctl failover-test --rejoin guarded --budget 60s --yes');
    await terminal.shows(/^switch [━─┊│]+ \d+\.\d s of 1m$/m);
    const screen = await terminal.shows(/^… waiting: /m);
    const lines = screen.split('\n');
    expect(lines[0]).toContain(PROMPT);
    // The command line has two rows.
    expect(lines.slice(2).filter((line) => stringWidth(line) >= 40)).toEqual([]);
    await terminal.press('Escape');
    expect(await terminal.exitCode()).toBeLessThanOrEqual(1);
    const all = await written();
    expect(all.join('\n')).toMatch(/^PASS/m);
    expect(all.filter((line) => BLOCK.test(line) || line.includes('^['))).toEqual([]);
    expect(tooWide(all)).toEqual([]);
  });

  it('with --verbose says each phase once as it ends, then the verdict, and leaves nothing that moves', async () => {
    terminal = await openTerminal({ home: cli.home, rows: 100 });
    await terminal.run('sentinelctl failover-test --rejoin guarded --budget 60s --yes --verbose');
    await terminal.shows(SPINNER);
    await terminal.shows(/^ {2}\S.*\+sdown/m);
    await terminal.shows(/^ {2}\S.*\+switch-master/m);
    await terminal.shows(/^PASS {2}/m);
    expect(await terminal.exitCode()).toBe(0);
    const lines = (await terminal.written()).split('\n');
    const ended = lines
      .slice(
        0,
        lines.findIndex((l) => l.startsWith('PASS')),
      )
      .filter((l) => /^ {2}\S.*\d m?s/.test(l));
    expect(ended.length).toBeGreaterThan(8);
    expect(new Set(ended).size).toBe(ended.length);
    expect(lines.filter((l) => SPINNER.test(l) || /^ {2}.* …$/.test(l))).toEqual([]);
    expect(await terminal.flag('cursor_flag')).toBe('1');
  });

  it('of a frozen master says when it thaws, then since when it runs again and how long there are two masters', async () => {
    terminal = await openTerminal({ home: cli.home });
    await terminal.run('sentinelctl failover-test --fault freeze --clients 0 --budget 60s --yes');
    await terminal.shows(/^failover test {2}redis-\d frozen \d+\.\d s ago, thaws in \d+\.\d s$/m);
    const thawed = await terminal.shows(/^failover test {2}redis-\d thawed \d+\.\d s ago$/m);
    expect(thawed).not.toContain('frozen');
    await terminal.shows(/^ {2}two masters for \d+ s: the sentinels demote redis-\d, usually within \d+ s$/m);
    expect(await terminal.exitCode()).toBeLessThanOrEqual(1);
  });

  it('Ctrl-C in the middle puts the killed master back and says so', async () => {
    terminal = await openTerminal({ home: cli.home, rows: 100 });
    await terminal.run('sentinelctl failover-test --yes');
    const fault = await terminal.shows(/SIGKILL to redis-\d/);
    const killed = /SIGKILL to (redis-\d)/.exec(fault)?.[1];
    await terminal.shows(/^switch /m);
    await terminal.press('C-c');
    await terminal.shows(/Interrupted: cleaning up \(Ctrl-C again to abort without cleanup\)/);
    await terminal.shows(/^ {2}rolling back 1 action /m);
    await terminal.shows(/^ {2}waiting until all nodes agree and every replica is linked /m);
    expect(await terminal.exitCode()).toBe(130);
    expect((await terminal.written()).split('\n').filter((line) => BLOCK.test(line))).toEqual([]);
    expect(await terminal.flag('cursor_flag')).toBe('1');
    const { status } = await statusOf(cli);
    const nodes = status.masters[0]?.nodes ?? [];
    expect(nodes.filter((n) => !n.reachable)).toEqual([]);
    expect(nodes.map((n) => n.id)).toContain(killed);
    expect(nodes.filter((n) => n.role === 'master')).toHaveLength(1);
  });
});
