import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverResult } from '../../src/observe/result.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode } from '../helpers/inside.js';

/** Sets down-after at one sentinel alone. */
const setDownAfter = (cli: Cli, sentinel: string, ms: number): Promise<unknown> =>
  askNode(cli, sentinel, 'SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', String(ms));

describe('a failover test after SENTINEL SET', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openCli();
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '5s']);
    expect(up.code, up.stderr).toBe(0);
    for (const sentinel of ['sentinel-1', 'sentinel-2', 'sentinel-3'])
      await setDownAfter(cli, sentinel, 60_000);
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
    expect(ran.stderr).toContain('with down-after 1m the first sentinel switches after 61.25 s');
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

  it('bounds the first +sdown by the earliest sentinel, +odown by a quorum, and says who differs', async () => {
    await setDownAfter(cli, 'sentinel-1', 2000);
    for (const sentinel of ['sentinel-2', 'sentinel-3']) await setDownAfter(cli, sentinel, 8000);
    const ran = await cli.run(['failover-test', '--json', '--clients', '0', '--rejoin', 'guarded']);
    const result = ran.json() as FailoverResult;
    expect(ran.stderr).toContain(
      'the sentinels have different settings: down-after-milliseconds is 2000 at sentinel-1, 8000 at sentinel-2 and sentinel-3',
    );
    expect(result.config).toMatchObject({ downAfterMs: 8000, earliestDownAfterMs: 2000 });
    const [trial] = result.trials;
    expect(Object.keys(trial?.sdownAt ?? {})).toContain('sentinel-1');
    expect(trial?.sdownAt['sentinel-1']).toBe(trial?.phases.sdownMs);
    const predicted = trial?.reasons.map((r) => [r.phase, r.predictedMs]);
    expect(predicted?.slice(0, 2)).toEqual([
      ['sdownMs', 2200],
      ['odownMs', 6300],
    ]);
    expect(trial?.reasons[1]?.waitsFor).toContain('a quorum, whose down-after is 6s longer');
  });
});
