import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverResult } from '../../src/observe/result.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode } from '../helpers/inside.js';

describe('a failover test after SENTINEL SET', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openCli();
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '1500ms']);
    expect(up.code, up.stderr).toBe(0);
    for (const sentinel of ['sentinel-1', 'sentinel-2', 'sentinel-3'])
      await askNode(cli, sentinel, 'SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', '60000');
  });
  afterAll(() => cli.close());

  it('takes down-after from the sentinels; a master that thaws before it proves nothing', async () => {
    const within = (budget: string): string[] => [
      ...['failover-test', '--json', '--fault', 'freeze', '--for', '2s', '--budget', budget],
      ...['--clients', '2'],
    ];
    const refused = await cli.run(within('switch=3s'));
    expect(refused.code).toBe(3);
    expect(refused.json().error.message).toContain('before down-after (1m) has passed');
    const ran = await cli.run(within('switch=61s'));
    const result = ran.json() as FailoverResult;
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toContain('with down-after 1m the first sentinel switches after about');
    expect(result).toMatchObject({ outcome: 'unknown', faultForMs: 2000, config: { downAfterMs: 60_000 } });
    expect(result.reason).toMatch(
      /^thawed after .*, before down-after 60\.00 s had passed; nothing was tested$/,
    );
    const [trial] = result.trials;
    expect(trial).toMatchObject({ untested: result.reason, newMaster: null, rejoin: null, reasons: [] });
    expect(trial?.ledger).toMatchObject({ lost: 0 });
    expect(result.thresholds.map((t) => t.holds)).toEqual(['unknown']);
    expect(result.invariants.map((i) => i.verdict)).not.toContain('violated');
  });

  it('leaves the cluster as it was, and nothing to recover', async () => {
    const status = (await cli.run(['status', '--json'])).json();
    expect(status.masters[0].master.id).toBe('redis-1');
    expect((await cli.run(['recover', '--json'])).json()).toMatchObject({ what: null });
  });
});
