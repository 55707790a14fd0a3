import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { QUIET } from '../helpers/quiet.js';
import { hasTmux, openTerminal, type Terminal } from '../helpers/tmux.js';

const PROCESSES = {
  SENTINELCTL_DRIVER: 'process',
  SENTINELCTL_PORT: 'auto',
  SENTINELCTL_SENTINEL_PORT: 'auto',
};

describe.skipIf(!hasTmux)('the menu, with keys pressed', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeEach(async () => {
    cli = await openCli();
    terminal = await openTerminal({ home: cli.home, env: PROCESSES });
  });
  // Each on its own, the last one first: what one could not end, the other ends all the same.
  afterEach(() => cli.close());
  afterEach(() => terminal.close());

  /** As a shell must find it: the usual screen, with a cursor, in a mode that shows what is typed. */
  const isClean = async (): Promise<void> => {
    expect(await terminal.flag('alternate_on')).toBe('0');
    expect(await terminal.flag('cursor_flag')).toBe('1');
    await terminal.run(
      'stty -a | tr " ;" "\\n\\n" | grep -x -e "-\\?icanon" -e "-\\?echo" -e "-\\?isig" | sort',
    );
    await terminal.shows(/^echo\nicanon\nisig$/m);
  };

  it('offers up on nothing, then what makes sense, the repair first, each as a command line', async () => {
    await terminal.run('sentinelctl');
    await terminal.shows(/^No cluster exists\.$[\s\S]*^❯ Up {2}/m);
    await terminal.shows(/^\$ sentinelctl up$/m);
    await terminal.press('Enter');
    await terminal.shows(/^Enter: menu {2}q: quit$/m);
    await terminal.press('Enter');
    const healthy = await terminal.shows(
      /^HEALTHY {2}mymaster → redis-1[\s\S]*^\$ sentinelctl status --cluster default$/m,
    );
    expect(healthy).toMatch(/^❯ Status {2}/m);
    expect(healthy).toMatch(/^ {2}Failover test: kills the master {2}/m);
    expect(healthy).not.toMatch(/Start a node|Fix:|Heal/);

    // The list follows the cluster, and the cursor goes to what is wrong.
    expect((await cli.run(['kill', 'redis-2'])).code).toBe(0);
    const degraded = await terminal.shows(/^DEGRADED[\s\S]*^❯ Fix: start redis-2 {2}/m);
    expect(degraded).not.toMatch(/kills the master/);
    await terminal.shows(/^\$ sentinelctl start redis-2 --cluster default$/m);
    await terminal.press('Enter');
    await terminal.shows(/start redis-2: exited → running/);
    await terminal.shows(/^Enter: menu/m);
    await terminal.press('Enter');
    await terminal.shows(/^HEALTHY[\s\S]*^❯ Status/m);

    // While the master is down the title counts down, and what follows it is in the title too.
    expect((await cli.run(['kill', 'redis-1'])).code).toBe(0);
    await terminal.shows(/^DOWN {2}mymaster: no writes[\s\S]*failover\s+expected\s+within\s+\d+\s+s/m);
    await terminal.shows(/^DEGRADED {2}mymaster: writes go to redis-[23]/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
    await isClean();
  });

  it('asks which one where there are several, with the state of each, and names it in every command', async () => {
    for (const name of ['orders', 'billing']) {
      const up = await cli.run(['up', '--cluster', name], { env: PROCESSES });
      expect(up.code, up.stderr).toBe(0);
    }
    for (const node of ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3']) {
      expect((await cli.run(['stop', node, '--cluster', 'orders'])).code).toBe(0);
    }
    await terminal.run('sentinelctl');
    await terminal.shows(/^❯ billing +HEALTHY\n {2}orders +DOWN\n/m);
    const kept = await cli.run(['down', '--keep-data', '--cluster', 'orders']);
    expect(kept.code, kept.stderr).toBe(0);
    await terminal.shows(/^❯ billing +HEALTHY\n {2}orders +data kept\n/m);
    await terminal.press('Down', 'Enter');
    await terminal.shows(
      /^cluster orders\n[\s\S]*^❯ Fix: up {2}[\s\S]*^\$ sentinelctl up --cluster orders$/m,
    );
    await terminal.press('Enter');
    await terminal.shows(/^Enter: menu/m);
    await terminal.press('Enter');
    await terminal.shows(/^cluster orders\nHEALTHY/m);
    await terminal.press('C-c');
    expect(await terminal.exitCode()).toBe(130);
    await isClean();
  });

  it('leaves the screen as it was, also from a window that changed its size', async () => {
    const up = await cli.run(['up'], { env: PROCESSES });
    expect(up.code, up.stderr).toBe(0);
    await terminal.run('echo before');
    await terminal.shows(/^before$/m);
    await terminal.type('sentinelctl');
    await terminal.press('Enter');
    await terminal.shows(/^❯ Status/m);
    for (const [columns, rows] of [
      [40, 12],
      [200, 60],
      [80, 24],
    ] as const) {
      await terminal.resize(columns, rows);
      const keys = columns === 40 ? /^Enter runs it {2}q quits {2}1\/\d+ {2}a-z finds$/m : /↑↓ choose$/m;
      const screen = await terminal.shows(new RegExp(`^\\$ sentinelctl status[\\s\\S]*${keys.source}`, 'm'));
      expect(screen.split('\n').length).toBeLessThanOrEqual(rows);
    }
    // A list in the list: Esc goes back, and out.
    await terminal.type('faults');
    await terminal.press('Enter');
    await terminal.shows(/^\$ sentinelctl inject kill --for 30s --cluster default$/m);
    await terminal.press('Escape');
    await terminal.shows(/^❯ Faults …/m);
    await terminal.press('Escape');
    expect(await terminal.exitCode()).toBe(0);
    const after = await terminal.screen();
    expect(after).toMatch(/^before\nready> sentinelctl\nready> /m);
    expect(after).not.toMatch(/HEALTHY|Status|Enter/);
    await isClean();
  });

  it('is about the cluster of REDIS_SENTINEL_ADDRS: one of this machine by name, another one only to look at', async () => {
    const up = await cli.run(['up', '--json'], { env: PROCESSES });
    const { sentinels } = JSON.parse(up.stdout) as { sentinels: { host: string; port: number }[] };
    const addresses = sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
    await terminal.run(`REDIS_SENTINEL_ADDRS=${addresses} sentinelctl`);
    await terminal.shows(/^cluster default\nHEALTHY[\s\S]*^\$ sentinelctl status --cluster default$/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);

    const elsewhere = `SENTINELCTL_HOME=${cli.home}/other`;
    await terminal.run(`${elsewhere} REDIS_SENTINEL_ADDRS=${addresses} sentinelctl`);
    const attached = await terminal.shows(/^attached cluster\nHEALTHY[\s\S]*^\$ sentinelctl status$/m);
    expect(attached).not.toMatch(/kills|Kill|Down|Start|Heal|Faults/);
    await terminal.type('who');
    await terminal.press('Enter');
    await terminal.shows(/^\$ sentinelctl master-addr\n127\.0\.0\.1:\d+$/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
  });

  it('acts on a cluster that was attached under a name, which is asked for', async () => {
    const up = await cli.run(['up', '--json'], { env: PROCESSES });
    const { sentinels } = JSON.parse(up.stdout) as { sentinels: { host: string; port: number }[] };
    const addresses = sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
    const env = { SENTINELCTL_HOME: `${cli.home}/other` };
    const attach = ['attach', 'shop', '--sentinel-addrs', addresses, '--local'];
    const attached = await cli.run(attach, { env });
    expect(attached.code, attached.stderr).toBe(0);
    await terminal.run(`SENTINELCTL_HOME=${env.SENTINELCTL_HOME} sentinelctl`);
    await terminal.shows(/^attached cluster shop\nHEALTHY[\s\S]*^\$ sentinelctl status --cluster shop$/m);
    await terminal.type('kill a');
    await terminal.press('Enter');
    await terminal.shows(/^❯ redis-2[\s\S]*^\$ sentinelctl kill redis-2 --cluster shop$/m);
    await terminal.press('Enter');
    await terminal.shows(/kills redis-2[\s\S]*Type shop to go\s+on:/);
    await terminal.type('no');
    await terminal.press('Enter');
    await terminal.shows(/"no" is not shop: nothing was done[\s\S]*^Enter: menu/m);
    await terminal.press('Enter');
    await terminal.shows(/^attached cluster shop\nHEALTHY/m);
    await terminal.type('switch');
    await terminal.press('Enter');
    await terminal.shows(/^❯ shop +HEALTHY/m);
    await terminal.press('Escape');
    await terminal.shows(/^attached cluster shop\nHEALTHY/m);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
  });
});

describe.skipIf(!hasTmux)('a command line, with keys pressed', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli();
    const up = await cli.run(['up', ...QUIET], { env: PROCESSES });
    expect(up.code, up.stderr).toBe(0);
    terminal = await openTerminal({ home: cli.home });
  });
  afterAll(() => cli.close());
  afterAll(() => terminal.close());

  it('a missing node is asked for, with what each one is at this moment', async () => {
    await terminal.run('sentinelctl kill');
    const asked = await terminal.shows(/Which node\?[\s\S]*redis-1 {5}master: writes stop/);
    expect(asked).toMatch(/❯ redis-2 {5}replica\n {2}redis-3 {5}replica\n {2}sentinel-1 {2}answers\n/);
    expect(asked).toMatch(/ {2}master {6}redis-1 now: writes stop\n {2}redis-1 {5}master: writes stop\n/);
    await terminal.press('Enter');
    await terminal.shows(
      /kills redis-2, a replica: writes continue, and 1 replica stays linked to redis-1\. Continue\?/,
    );
    await terminal.press('y', 'Enter');
    await terminal.shows(/kill redis-2: running → exited/);
    expect(await terminal.exitCode()).toBe(0);

    await terminal.run('sentinelctl start');
    await terminal.shows(/❯ redis-2 {5}no answer\n/);
    await terminal.press('Enter');
    await terminal.shows(/start redis-2: exited → running/);
    expect(await terminal.exitCode()).toBe(0);
  });

  it('a restart of the master says for how long writes stop, and asks', async () => {
    await terminal.run('sentinelctl restart master');
    await terminal.shows(/restarts redis-1, the master:\s+writes stop for about \d+ s\. Continue\?/);
    await terminal.press('Enter');
    expect(await terminal.exitCode()).toBe(3);
    await terminal.run('sentinelctl restart redis-2 --as-crashed');
    await terminal.shows(
      /restarts redis-2, a replica: [\s\S]*with the role that\s+it\s+had\s+when\s+it\s+went\s+down[\s\S]*Continue\?/,
    );
    await terminal.press('Enter');
    expect(await terminal.exitCode()).toBe(3);
    await terminal.run('sentinelctl inject kill master');
    await terminal.shows(/redis-1 is the master:\s+writes\s+stop\s+for\s+about\s+\d+ s[^.]*\. Continue\?/);
    await terminal.press('Enter');
    expect(await terminal.exitCode()).toBe(3);
  });

  it('Esc in a question goes back and leaves the terminal as it was; Ctrl-C interrupts', async () => {
    await terminal.run('sentinelctl kill');
    await terminal.shows(/Which node\?/);
    await terminal.press('Escape');
    await terminal.shows(/error: Esc was pressed: nothing was done/);
    expect(await terminal.exitCode()).toBe(3);
    expect(await terminal.flag('cursor_flag')).toBe('1');
    await terminal.run('stty -a | tr " ;" "\\n\\n" | grep -x -e "-\\?icanon" -e "-\\?echo" | sort');
    await terminal.shows(/^echo\nicanon$/m);
    await terminal.run('sentinelctl kill');
    await terminal.shows(/Which node\?/);
    await terminal.press('C-c');
    expect(await terminal.exitCode()).toBe(130);
    expect((await cli.run(['status'])).stdout).toContain('redis-1  master');
  });

  it('a command that interrupts clients says so and asks; Enter alone is no, --yes answers it', async () => {
    await terminal.run('sentinelctl stop master');
    await terminal.shows(/stops redis-1, the master: writes stop for about 26 s\. Continue\? \(y\/N\)/);
    await terminal.press('Enter');
    await terminal.shows(/error: the question was answered with no: nothing was done/);
    expect(await terminal.exitCode()).toBe(3);
    expect((await cli.run(['status'])).stdout).toContain('redis-1  master');
    await terminal.run('sentinelctl stop master');
    await terminal.shows(/Continue\? \(y\/N\)/);
    await terminal.press('Escape');
    await terminal.shows(/error: the question was answered with no: nothing was done/);
    expect(await terminal.screen()).not.toContain('✔');
    expect(await terminal.exitCode()).toBe(3);
    await terminal.run('sentinelctl failover-test');
    await terminal.shows(
      /kills redis-1, the master, and starts it again as a master: writes stop for about 26 s/,
    );
    await terminal.press('C-c');
    await terminal.shows(/^ *nothing was begun$/m);
    expect(await terminal.exitCode()).toBe(130);
    await terminal.run('sentinelctl pause redis-3 --yes');
    await terminal.shows(/pause redis-3: running → paused/);
    expect(await terminal.screen()).not.toContain('Continue?');
    expect((await cli.run(['resume', 'redis-3'])).code).toBe(0);
  });

  it('with --no-input it is a usage error, and nothing is asked', async () => {
    await terminal.run('sentinelctl kill --no-input');
    await terminal.shows(/error: kill needs NODE/);
    expect(await terminal.exitCode()).toBe(64);
  });

  it('bash completes the names of live nodes with Tab', async () => {
    await terminal.run('source <(sentinelctl completion bash)');
    expect(await terminal.exitCode()).toBe(0);
    await terminal.run('echo "loaded"');
    await terminal.shows(/^loaded$/m);
    await terminal.type('sentinelctl pause senti');
    await terminal.press('Tab');
    await terminal.shows(/sentinelctl pause sentinel-$/m);
    await terminal.press('Tab', 'Tab');
    await terminal.shows(/^sentinel-1 +sentinel-2 +sentinel-3$/m);
    await terminal.press('C-u');
    await terminal.type('sentinelctl status --wat');
    await terminal.press('Tab');
    await terminal.shows(/sentinelctl status --watch$/m);
    await terminal.press('C-u');
  });
});
