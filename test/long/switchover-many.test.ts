import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { SwitchoverResult } from '../../src/observe/switchover-result.js';
import { until } from '../../src/until.js';
import type { Cli } from '../helpers/cli.js';
import { askNode } from '../helpers/inside.js';
import { failoverTest, healthyStatus, openWithCluster, SENTINELS } from '../helpers/main-road.js';

/** How many switchovers, one after the other; SWITCHOVER_MANY=50 is the long run. */
const MANY = Number(process.env.SWITCHOVER_MANY ?? 5);
const LONG_MS = 3_600_000;
const DEADLINE_MS = 60_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openWithCluster('5s');
}, LONG_MS);
afterAll(() => cli?.close(), LONG_MS);

const countOf = async (sentinel: string, what: 'REPLICAS' | 'SENTINELS'): Promise<number> =>
  ((await askNode(cli, sentinel, 'SENTINEL', what, 'mymaster')) as unknown[]).length;

async function epochs(): Promise<number[]> {
  const { masters } = await healthyStatus(cli);
  return (masters[0]?.views ?? []).map(({ configEpoch }) => Number(configEpoch));
}

it(`after ${MANY} switchovers in a row all agree, no ghost is left, and a real failover works`, {
  timeout: LONG_MS,
}, async () => {
  const ran = await cli.run([
    ...['switchover', '--trials', String(MANY), '--clients', '0', '--max-gap', '60s', '--yes', '--json'],
  ]);
  expect(ran.code, ran.stderr + ran.stdout.slice(0, 2000)).toBe(0);
  const { trials, stoppedBy, summary } = ran.json() as SwitchoverResult;
  if (process.env.SWITCHOVER_MANY !== undefined) console.info(JSON.stringify(summary));
  expect(stoppedBy).toBeUndefined();
  expect(trials.map(({ outcome, syncFull, slipBytes }) => [outcome, syncFull, slipBytes])).toEqual(
    trials.map(() => ['holds', 0, 0]),
  );
  expect(trials).toHaveLength(MANY);

  // Each switchover is one epoch, and no failover of a sentinel's own came between.
  expect(await epochs()).toEqual(SENTINELS.map(() => MANY));
  for (const sentinel of SENTINELS) {
    expect(await countOf(sentinel, 'REPLICAS'), sentinel).toBe(2);
    expect(await countOf(sentinel, 'SENTINELS'), sentinel).toBe(2);
  }

  await failoverTest(cli);
  const agreed = await until(async () => (new Set(await epochs()).size === 1 ? await epochs() : undefined), {
    clock: systemClock,
    everyMs: 200,
    deadlineMs: DEADLINE_MS,
  });
  expect(agreed?.[0]).toBeGreaterThan(MANY);
});
