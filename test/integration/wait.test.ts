import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';

/** Real servers and a watchdog of a busy machine. */
const LONG_MS = 600_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  // Nothing is replaced meanwhile, however slow the machine is.
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '10m']);
  expect(up.code, up.stderr).toBe(0);
}, LONG_MS);
afterAll(() => cli?.close());

const did = async (...words: string[]): Promise<void> => {
  const ran = await cli.run(words);
  expect(ran.code, ran.stderr).toBe(0);
};

describe('wait', () => {
  it('ends at once where it is so already', async () => {
    const ran = await cli.run(['wait', '--json']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json()).toMatchObject({ for: 'healthy', reached: true, verdict: { word: 'HEALTHY' } });
    expect((await cli.run(['wait', '--for', 'master', '--output', 'tsv'])).stdout).toMatch(
      /^cluster\tfor\treached\twaitedMs\tverdict\.word\tverdict\.text\ndefault\tmaster\ttrue\t/,
    );
  });

  it(
    'says what it waits for, and ends when that is so, or with the last verdict',
    async () => {
      await did('pause', 'redis-3');
      const enough = await cli.run(['wait', '--for', 'degraded']);
      expect([enough.code, enough.stdout]).toEqual([0, expect.stringContaining('DEGRADED  mymaster: ')]);
      const late = await cli.run(['wait', '--timeout', '1s']);
      expect(late.code).toBe(1);
      expect(late.stdout).toMatch(/^✗ HEALTHY: not reached after .*\nDEGRADED {2}mymaster: .*redis-3/);
      expect(late.stdout).toContain('→ sentinelctl resume redis-3');
      expect(late.stderr).toContain('note: waiting for HEALTHY: DEGRADED');

      const waiting = cli.run(['wait', '--json']);
      await did('resume', 'redis-3');
      const ran = await waiting;
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json()).toMatchObject({ reached: true, verdict: { word: 'HEALTHY' } });
    },
    LONG_MS,
  );

  it('exits 1 without a master', async () => {
    await did('pause', 'master', '--yes');
    const ran = await cli.run(['wait', '--for', 'at-risk', '--timeout', '1s', '--json']);
    expect([ran.code, ran.json()]).toMatchObject([1, { reached: false, verdict: { word: 'DOWN' } }]);
    expect(ran.stderr).toMatch(
      /^warning: this wait ends in .*, before the failover that is expected within \d+ s: a longer --timeout sees it$/m,
    );
    expect((await cli.run(['wait', '--for', 'master', '--timeout', '1s'])).code).toBe(1);
    await did('resume', 'redis-1');
    await did('wait', '--for', 'master');
  });

  it('exits 2 where the verdict is not known, 5 where nothing answers, 3 without a cluster', async () => {
    const replica = (await nodesOf(cli)).find((n) => n.id === 'redis-3');
    if (replica === undefined) throw new Error('there is no redis-3');
    await ask(replica, ['CONFIG', 'SET', 'requirepass', 'another']);
    expect((await cli.run(['wait', '--timeout', '1s'])).code).toBe(2);
    const none = await cli.run(['wait', '--sentinel-addrs', '127.0.0.1:1', '--timeout', '500ms']);
    expect(none.code, none.stderr).toBe(5);
    expect((await cli.run(['wait', '--cluster', 'nope'])).code).toBe(3);
  });
});
