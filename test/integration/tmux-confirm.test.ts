import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/model/address.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';
import { hasTmux, openTerminal, type Terminal } from '../helpers/tmux.js';

const PORT = 9880;

describe.skipIf(!hasTmux)('the name of an attached cluster, asked for before it is changed', () => {
  let raw: RawCluster;
  let cli: Cli;
  let terminal: Terminal;
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
    cli = await openCli();
    const [first] = raw.sentinels;
    if (first === undefined) throw new Error('there is no sentinel');
    const attach = ['attach', 'shop', '--sentinel-addrs', formatAddress(first.address), '--local'];
    const ran = await cli.run(attach);
    expect(ran.code, ran.stderr).toBe(0);
  });
  afterAll(async () => {
    await raw?.stop();
    await cli?.close();
  });
  beforeEach(async () => {
    terminal = await openTerminal({ home: cli.home, columns: 160 });
  });
  afterEach(() => terminal.close());

  const asked = async (): Promise<void> => {
    await terminal.run('sentinelctl pause redis-2 --cluster shop');
    await terminal.shows(/^note: HEALTHY {2}mymaster[\s\S]*Type shop to go on:/m);
  };
  /** Whether the node still answers. */
  const runs = async (): Promise<void> => {
    expect(await redisCli(PORT + 1, 'PING')).toContain('PONG');
  };

  it('Ctrl-D is the end of the input: refused, like an empty answer', async () => {
    await asked();
    await terminal.press('C-d');
    const shown = await terminal.shows(/nothing was done/);
    expect(shown).toContain('the input ended before the question was answered: nothing was done');
    expect(shown).not.toContain('Ctrl-C');
    expect(await terminal.exitCode()).toBe(3);
    await runs();
    await asked();
    await terminal.press('Enter');
    await terminal.shows(/nothing was done/);
    expect(await terminal.exitCode()).toBe(3);
  });

  it('Ctrl-C is an interruption', async () => {
    await asked();
    await terminal.press('C-c');
    await terminal.shows(/interrupted by Ctrl-C/);
    expect(await terminal.exitCode()).toBe(130);
    await runs();
  });

  it('a wrong name is refused, the right one is taken', async () => {
    await asked();
    await terminal.type('shop-2');
    await terminal.press('Enter');
    await terminal.shows(/"shop-2" is not shop: nothing was done/);
    expect(await terminal.exitCode()).toBe(3);
    await runs();
    await asked();
    await terminal.type('shop');
    await terminal.press('Enter');
    await terminal.shows(/pause redis-2: running → paused/);
    expect(await terminal.exitCode()).toBe(0);
    const resumed = await cli.run(['resume', 'redis-2', '--cluster', 'shop', '--confirm', 'shop']);
    expect(resumed.code, resumed.stderr).toBe(0);
  });
});
