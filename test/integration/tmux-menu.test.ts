import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
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

  it('offers up first on nothing, then what makes sense, and says what each choice is as a command', async () => {
    await terminal.run('sentinelctl');
    await terminal.shows(/No cluster exists\. What next\?\n❯ Up\n/);
    await terminal.press('Enter');
    await terminal.shows(/^\$ sentinelctl up$/m);
    await terminal.shows(/Cluster default is healthy\. What next\?\n❯ Status\n {2}Failover test\n/);

    await terminal.press('Enter');
    await terminal.shows(/^\$ sentinelctl status --cluster default$/m);
    await terminal.shows(/^HEALTHY {2}mymaster → redis-1/m);
    await terminal.shows(/❯ Status\n/);

    expect((await cli.run(['kill', 'redis-2'])).code).toBe(0);
    await terminal.press('Enter');
    await terminal.shows(/^UNHEALTHY/m);
    await terminal.shows(/^exit code 1$/m);
    // What the first problem asks for is the second choice.
    await terminal.shows(/Cluster default is unhealthy\. What next\?\n❯ Status\n {2}Start redis-2\n/);
    await terminal.press('Down', 'Enter');
    await terminal.shows(/^\$ sentinelctl start redis-2 --cluster default$/m);
    await terminal.shows(/start redis-2: exited → running/);
    await terminal.shows(/What next\?\n❯ Status\n/);
    await terminal.press('q');
    expect(await terminal.exitCode()).toBe(0);
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
    await terminal.shows(/Which cluster\?\n❯ billing {2}healthy\n {2}orders {3}down\n/);
    await terminal.press('Down', 'Enter');
    await terminal.shows(/Cluster orders is down\. What next\?\n❯ Up\n/);
    await terminal.press('Enter');
    await terminal.shows(/^\$ sentinelctl up --cluster orders$/m);
    await terminal.shows(/Cluster orders is healthy\. What next\?/);
    await terminal.press('C-c');
    expect(await terminal.exitCode()).toBe(130);
  });
});

describe.skipIf(!hasTmux)('a command line, with keys pressed', () => {
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    cli = await openCli();
    const up = await cli.run(['up'], { env: PROCESSES });
    expect(up.code, up.stderr).toBe(0);
    terminal = await openTerminal({ home: cli.home });
  });
  afterAll(() => cli.close());
  afterAll(() => terminal.close());

  it('a missing node is asked for, with what each one is at this moment', async () => {
    await terminal.run('sentinelctl kill');
    const asked = await terminal.shows(/Which node\?[\s\S]*sentinel-3/);
    expect(asked).toMatch(/❯ master {6}redis-1 now\n {2}redis-1 {5}master\n {2}redis-2 {5}replica\n/);
    await terminal.press('Down', 'Down', 'Enter');
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

  it('Ctrl-C in a question does nothing and says so by its exit code', async () => {
    await terminal.run('sentinelctl kill');
    await terminal.shows(/Which node\?/);
    await terminal.press('C-c');
    expect(await terminal.exitCode()).toBe(130);
    expect((await cli.run(['status'])).stdout).toContain('redis-1  master');
  });

  it('a command that interrupts clients says so and asks; Enter alone is no, --yes answers it', async () => {
    await terminal.run('sentinelctl stop master');
    await terminal.shows(/stops redis-1, the master: writes stop for about 6 s\. Continue\? \(y\/N\)/);
    await terminal.press('Enter');
    await terminal.shows(/error: the question was answered with no: nothing was done/);
    expect(await terminal.exitCode()).toBe(3);
    expect((await cli.run(['status'])).stdout).toContain('redis-1  master');
    await terminal.run('sentinelctl failover-test');
    await terminal.shows(/kills redis-1, the master, and starts it again: writes stop for about 6 s/);
    await terminal.press('C-c');
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
