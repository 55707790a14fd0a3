import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SwitchoverResult } from '../../src/observe/switchover-result.js';
import type { Cli } from '../helpers/cli.js';
import { healthyStatus, openWithCluster } from '../helpers/main-road.js';

/** How long a client waits depends on how busy the machine is; what must hold does not. */
const PATIENT = ['--max-gap', '30s', '--yes'];

async function switchover(cli: Cli, args: string[]): Promise<SwitchoverResult> {
  const ran = await cli.run(['switchover', '--json', ...args]);
  expect(ran.code, ran.stderr + ran.stdout).toBe(0);
  return ran.json() as SwitchoverResult;
}

describe('switchover on processes', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openWithCluster();
  });
  afterAll(() => cli.close());

  it('says what would be done, and changes nothing', async () => {
    const before = await healthyStatus(cli);
    const result = await switchover(cli, ['--dry-run', '--to', 'redis-3']);
    expect(result).toMatchObject({
      outcome: 'holds',
      dryRun: true,
      oldMaster: { id: 'redis-1' },
      newMaster: { id: 'redis-3' },
      trials: [],
      after: [],
    });
    expect(result.preconditions.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
    expect(result.rehearsal.map(({ node, ok }) => [node, ok])).toEqual(
      ['sentinel-1', 'sentinel-2', 'sentinel-3', 'redis-3', 'redis-2', 'redis-1'].map((id) => [id, true]),
    );
    const after = await healthyStatus(cli);
    expect(after.masters[0]?.views.map(({ configEpoch, master }) => [configEpoch, master])).toEqual(
      before.masters[0]?.views.map(({ configEpoch, master }) => [configEpoch, master]),
    );
  });

  it('moves the master to the named node, loses nothing, and no replica copies everything', async () => {
    const result = await switchover(cli, ['--to', 'redis-3', ...PATIENT]);
    expect(result).toMatchObject({
      outcome: 'holds',
      method: 'direct',
      oldMaster: { id: 'redis-1' },
      newMaster: { id: 'redis-3' },
      syncFull: 0,
      ledger: { lost: 0, unexpected: 0 },
    });
    expect(result.ledger?.acknowledged).toBeGreaterThan(0);
    const [trial] = result.trials;
    expect(trial?.slipBytes).toBe(0);
    expect(trial?.proofs.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['sentinels-agree', 'holds'],
      ['one-master', 'holds'],
      ['replicas-attached', 'holds'],
      ['files-agree', 'holds'],
      ['clients-recovered', 'holds'],
      ['losses-explained', 'holds'],
    ]);
    // Nothing is promoted before it has everything, and no sentinel is told before there is a master to name.
    const at = (id: string): number => Number(trial?.steps.find((step) => step.id === id)?.atMs);
    const order = ['paused', 'equal', 'promoted', 'demoted'].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(at('told sentinel-1')).toBeGreaterThan(at('promoted'));
    expect(result.after.find(({ id }) => id === 'redis-3')?.role).toBe('master');
    const status = await healthyStatus(cli);
    expect(status.masters[0]?.master?.id).toBe('redis-3');
    expect(new Set(status.masters[0]?.views.map(({ configEpoch }) => configEpoch))).toEqual(new Set([1]));
  });

  it('goes round all nodes, one after the other', async () => {
    const result = await switchover(cli, ['--trials', '3', ...PATIENT]);
    expect(result.trials).toHaveLength(3);
    expect(new Set(result.trials.map(({ newMaster }) => newMaster.id)).size).toBe(3);
    for (const { ledger, syncFull, slipBytes } of result.trials)
      expect([ledger?.lost, syncFull, slipBytes]).toEqual([0, 0, 0]);
    expect(result.summary.writeGapMs?.n).toBe(3);
  });
});
