import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PING_PERIOD_MS } from '../../src/model/sentinel-timing.js';
import type { Cli } from '../helpers/cli.js';
import { expectTimedAsLogged, failoverTest, healthyStatus, openWithCluster } from '../helpers/main-road.js';

describe('failover-test on processes', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openWithCluster();
  });
  afterAll(() => cli.close());

  it('moves the master, times every phase as the sentinels logged it, and proves the rejoin', async () => {
    const result = await failoverTest(cli);
    const trial = result.trials[0];
    expect(trial?.oldMaster.id).toBe('redis-1');
    expect(trial?.newMaster?.id).toMatch(/^redis-[23]$/);
    expect(result.invariants.map((i) => [i.id, i.verdict])).toEqual([
      ['one-master', 'holds'],
      ['sentinels-agree', 'holds'],
      ['replicas-attached', 'holds'],
      ['old-master-rejoined', 'holds'],
      ['quorum-usable', 'holds'],
      ['one-failover', 'holds'],
      ['full-resyncs-explained', 'holds'],
      ['two-masters-explained', 'holds'],
      ['clients-recovered', 'holds'],
      ['losses-explained', 'holds'],
    ]);
    // In the order in which Sentinel works; writable is seen by asking, agreed and reattached may end in either order.
    const { sdownMs, odownMs, electedMs, promotedMs, switchedMs } = trial?.phases ?? {};
    const inOrder = [0, sdownMs, odownMs, electedMs].map(Number);
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    // Of two sentinels: one switches by the hello of the other, and what that one says may be read later.
    for (const after of [promotedMs, switchedMs]) expect(Number(after)).toBeGreaterThan(Number(electedMs));
    // A sentinel counts from the last answer, which came up to one PING before the fault.
    expect(Number(sdownMs)).toBeGreaterThanOrEqual(2000 - PING_PERIOD_MS);
    expect(trial?.overheadMs).toBeCloseTo(Number(switchedMs) - 2000, 1);
    // The parts make up the whole: each step begins where the one before it ended, and phases may end in any order.
    const steps = (trial?.reasons ?? []).filter((r) => Number(trial?.phases[r.phase]) <= Number(switchedMs));
    expect(steps.reduce((sum, { stepMs }) => sum + Number(stepMs), 0)).toBeCloseTo(Number(switchedMs), 0);
    // Every promise is accounted for, and a killed master's clients lose nothing that was replicated.
    const { attempted, acknowledged, indeterminate, failed, unexpected } = trial?.ledger ?? {};
    expect(attempted).toBe(Number(acknowledged) + Number(indeterminate) + Number(failed));
    expect(Number(acknowledged)).toBeGreaterThan(0);
    expect(unexpected).toBe(0);
    expect(trial?.client?.clients).toHaveLength(8);
    // Over time the clients lose none of it either, and every bucket with an acknowledgement has a latency.
    const { overTime } = trial?.client ?? {};
    expect((overTime?.ok ?? []).reduce((a, b) => a + b, 0)).toBe(acknowledged);
    const timed = (overTime?.p99Ms ?? []).map((ms) => ms !== null);
    expect(timed).toEqual((overTime?.ok ?? []).map((n) => n > 0));
    // The topology is what it was before the fault.
    expect(result.topology?.map(({ id, role }) => [id, role])).toEqual([
      ['redis-1', 'master'],
      ['redis-2', 'replica'],
      ['redis-3', 'replica'],
      ['sentinel-1', null],
      ['sentinel-2', null],
      ['sentinel-3', null],
    ]);
    for (const { version, kind, settings } of result.topology ?? []) {
      expect(version).toContain(result.engine.version);
      const name = kind === 'data' ? 'appendonly' : 'down-after-milliseconds';
      expect(settings[name]).toMatch(/^(yes|no|2000)$/);
    }
    expect(trial?.rejoin?.mode).toBe('as-crashed');
    expect(Number(trial?.rejoin?.zombieMs)).toBeGreaterThan(0);

    await expectTimedAsLogged(cli, result);

    const status = await healthyStatus(cli);
    expect(status.masters[0]?.master?.id).toBe(trial?.newMaster?.id);
  });
});
