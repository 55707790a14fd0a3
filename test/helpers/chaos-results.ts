import type { ChaosResult, ScenarioResult } from '../../src/scenarios/format/result.js';

/** A scenario that held, unless said otherwise. */
export const scenarioResult = (over: Partial<ScenarioResult> = {}): ScenarioResult => ({
  name: 'kill',
  summary: 'the master crashes and is replaced',
  tags: ['failover'],
  source: null,
  outcome: 'holds',
  reason: '+switch-master to 127.0.0.1:6380',
  weakness: null,
  cluster: 'chaos-x-1',
  driver: 'process',
  engine: { name: 'redis', version: '7.0.15' },
  tookMs: 9350,
  steps: [
    { step: 'inject kill of master', outcome: 'done', evidence: 'SIGKILL to redis-1', atMs: 0, tookMs: 70 },
    {
      step: 'wait for a failover',
      outcome: 'done',
      evidence: 'redis-2 is the master',
      atMs: 70,
      tookMs: 3200,
    },
  ],
  expectations: [
    { expectation: '1 failover', verdict: 'holds', evidence: '+switch-master to 127.0.0.1:6380' },
  ],
  invariants: [{ id: 'one-master', verdict: 'holds', evidence: 'ROLE says master at redis-2' }],
  events: [],
  command: 'sentinelctl chaos run kill --driver process',
  ...over,
});

/** One that was played and failed at a step. */
export const failedScenario = (): ScenarioResult =>
  scenarioResult({
    name: 'stop',
    outcome: 'violated',
    reason: 'wait for a failover: no +switch-master yet',
    steps: [
      { step: 'inject stop of master', outcome: 'done', evidence: 'SIGTERM to redis-1', atMs: 0, tookMs: 90 },
      {
        step: 'wait for a failover',
        outcome: 'failed',
        evidence: 'no +switch-master yet',
        atMs: 90,
        tookMs: 32_000,
      },
      { step: 'heal everything', outcome: 'not-reached', evidence: '', atMs: null, tookMs: null },
    ],
    command: 'sentinelctl chaos run stop --driver process',
  });

/** One that could not be played here. */
export const skippedScenario = (): ScenarioResult =>
  scenarioResult({
    name: 'partition-master',
    outcome: 'skipped',
    reason: 'links cannot be cut: packet rules need root # and Linux',
    cluster: null,
    engine: null,
    tookMs: 0,
    steps: [],
    expectations: [],
    invariants: [],
  });

/** One that showed a weakness of Sentinel, as expected. */
export const weakScenario = (): ScenarioResult =>
  scenarioResult({
    name: 'zombie',
    reason: 'the weakness showed: more than one node said master for 10.20 s',
    weakness: {
      shown: true,
      probable: false,
      explanation: 'Sentinel demotes a master that returned only after a while.',
      advice: 'Start it as a replica.',
      evidence: [
        {
          expectation: 'two masters for at least 3s',
          verdict: 'holds',
          evidence: 'more than one node said master for 10.20 s',
        },
      ],
    },
  });

export function chaosResult(scenarios: ScenarioResult[], over: Partial<ChaosResult> = {}): ChaosResult {
  const of = (outcome: ScenarioResult['outcome']): number =>
    scenarios.filter((s) => s.outcome === outcome).length;
  return {
    outcome: of('violated') > 0 ? 'violated' : 'holds',
    reason: scenarios.find((s) => s.outcome === 'violated')?.reason ?? 'played as expected',
    complete: true,
    driver: 'process',
    seed: null,
    parallel: 4,
    kept: [],
    left: [],
    startedAt: '2026-01-02T03:04:05.678Z',
    tookMs: 61_000,
    command: 'sentinelctl chaos run --all --driver process',
    counts: { holds: of('holds'), violated: of('violated'), unknown: of('unknown'), skipped: of('skipped') },
    scenarios,
    ...over,
  };
}
