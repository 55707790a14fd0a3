import type { LiveCluster } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { ClusterState } from '../../cluster/store/state.js';
import { withAccount } from '../../errors.js';
import { withTrialCluster } from '../../failover/run.js';
import { isNotRestored } from '../../faults/conduct.js';
import { openLive } from '../../faults/live-block.js';
import { DRIVER_NAMES } from '../../model/drivers.js';
import { command } from '../../model/hints.js';
import { driverWord } from '../../model/plan.js';
import { failoverBoundMs, majorityDownHoldMs, majorityOf, votesNeeded } from '../../model/sentinel-timing.js';
import type { ClusterSpec } from '../../model/spec.js';
import type { Verdict } from '../../observe/result.js';
import type { ScenarioResult } from '../format/result.js';
import type { Condition, Scenario, Step } from '../format/scenario.js';
import { DEFAULT_SHAPE } from '../format/scenario.js';
import { playScenario } from './play.js';

/** One of the questions that `quorum-test` asks of a cluster. */
export interface QuorumPhase {
  id: 'one-down' | 'majority-down';
  /** In words: what was tried. */
  title: string;
  outcome: Verdict | 'skipped';
  reason: string;
  /** How many sentinels were down, and how many were left. */
  down: number;
  left: number;
  /** Whether the master was replaced while they were down, and afterwards; null where that was not tried. */
  failedOver: boolean | null;
  failedOverAfter: boolean | null;
  result: ScenarioResult | null;
}

/** The result of `quorum-test`. */
export interface QuorumResult {
  outcome: Verdict;
  reason: string;
  cluster: string;
  masterName: string;
  driver: string;
  sentinels: number;
  quorum: number;
  /** How many sentinels must vote for a leader, whatever the quorum is. */
  majority: number;
  phases: QuorumPhase[];
  startedAt: string;
  tookMs: number;
  command: string;
}

/**
 * Tries what the sentinels of a cluster created by sentinelctl can lose: one of them, and a failover must still happen; a majority,
 * and none may, until they are back. Everything is rolled back and proved. Throws `not-steady`, `too-soon` (3) before
 * anything is done, `not-healed` (4), or the signal's reason.
 */
export function quorumTest(runtime: Runtime, known: ClusterState): Promise<QuorumResult> {
  const what = 'quorum-test';
  return withTrialCluster(
    runtime,
    known,
    { lock: what, rights: { purpose: what, ends: () => true } },
    (live) => testQuorum(runtime, live),
  );
}

async function testQuorum(runtime: Runtime, live: LiveCluster): Promise<QuorumResult> {
  const begun = runtime.clock.now();
  const startedAt = new Date(runtime.clock.wallMs()).toISOString();
  const { plan } = live;
  const spec: ClusterSpec = { ...plan.spec, ...(await live.settings()) };
  const { cluster } = spec;
  const majority = majorityOf(spec.sentinels);
  const again = command('quorum-test', cluster);
  const options = { keep: false, disposable: false, command: again };
  let hasFailedOver = false;
  const play: PlayScenario = async (scenario) => {
    const block = openLive(runtime, { title: scenario.summary, leftMs: null });
    try {
      return (await playScenario(runtime, live, scenario, { ...options, hasFailedOver, block })).result;
    } finally {
      block.end();
    }
  };
  const first = await oneDown(spec, majority, play);
  hasFailedOver = first.failedOver === true;
  sayPhase(runtime, first);
  // A failover that did not come was tried: no other may be provoked within 2 × failover-timeout, and nothing new be learned.
  const isPointless = first.result !== null && first.outcome !== 'holds';
  const second = isPointless
    ? notTried(spec, majority)
    : await majorityDown(spec, majority, play).catch((error: unknown) => {
        if (runtime.signal?.aborted !== true || isNotRestored(error)) throw error;
        throw withAccount(error, [`${first.title}: ${first.reason}`]);
      });
  sayPhase(runtime, second);
  const phases = [first, second];
  return {
    ...verdictOn(phases),
    cluster,
    masterName: spec.masterName,
    driver: driverWord(plan),
    sentinels: spec.sentinels,
    quorum: spec.quorum,
    majority,
    phases,
    startedAt,
    tookMs: Math.round(runtime.clock.now() - begun),
    command: again,
  };
}

/** What was skipped has no verdict, and no line. */
function sayPhase({ onProgress }: Runtime, { title, outcome, reason }: QuorumPhase): void {
  if (outcome !== 'skipped') onProgress({ type: 'result', title, verdict: outcome, text: reason });
}

type PlayScenario = (scenario: Scenario) => Promise<ScenarioResult>;

const FAILOVER: Condition = { is: 'failover' };
const KILL: Step = { line: 0, do: 'inject', fault: 'kill', on: ['master'], with: {} };
const down = (fault: string): Step => ({ line: 0, do: 'inject', fault, on: [], with: {} });
const heal = (what: string): Step => ({ line: 0, do: 'heal', what, asCrashed: false });

async function oneDown(spec: ClusterSpec, majority: number, play: PlayScenario): Promise<QuorumPhase> {
  const left = spec.sentinels - 1;
  const needed = votesNeeded(spec.sentinels, spec.quorum);
  const title = 'one sentinel down, then the master: a failover must still happen';
  const base = { id: 'one-down' as const, title, down: 1, left, failedOverAfter: null };
  if (left < needed) {
    const reason = `${needed} of ${spec.sentinels} sentinels are needed (majority ${majority}, quorum ${spec.quorum}): the cluster cannot lose a sentinel`;
    return { ...base, outcome: 'violated', reason, failedOver: null, result: null };
  }
  const steps: Step[] = [
    down('sentinel-down'),
    KILL,
    { line: 0, do: 'wait', until: FAILOVER, withinMs: failoverBoundMs(spec) },
    { line: 0, do: 'heal', what: null, asCrashed: false },
  ];
  const result = await play(scenarioOf('one-down', title, spec, steps));
  const failedOver = isDone(result, 2);
  return { ...base, outcome: result.outcome, reason: reasonOf(result, failedOver), failedOver, result };
}

const MAJORITY_DOWN = 'a majority down, then the master: no failover until they are started again';

const notTried = (spec: ClusterSpec, majority: number): QuorumPhase => ({
  id: 'majority-down',
  title: MAJORITY_DOWN,
  outcome: 'skipped',
  reason: 'not tried, because there is no failover with a majority either',
  down: majority,
  left: spec.sentinels - majority,
  failedOver: null,
  failedOverAfter: null,
  result: null,
});

async function majorityDown(spec: ClusterSpec, majority: number, play: PlayScenario): Promise<QuorumPhase> {
  const steps: Step[] = [
    down('sentinel-majority-down'),
    KILL,
    ...(spec.sentinels > majority
      ? [
          {
            line: 0,
            do: 'wait',
            until: { is: 'event', name: '+sdown', of: 'old-master', at: null, times: 1 },
            withinMs: null,
          } satisfies Step,
        ]
      : []),
    { line: 0, do: 'hold', condition: { is: 'no-failover' }, forMs: majorityDownHoldMs(spec) },
    heal('sentinel-majority-down'),
    { line: 0, do: 'wait', until: FAILOVER, withinMs: failoverBoundMs(spec) },
    { line: 0, do: 'heal', what: null, asCrashed: false },
  ];
  const result = await play(scenarioOf('majority-down', MAJORITY_DOWN, spec, steps));
  const held = result.steps.findIndex((s) => s.step.startsWith('hold'));
  const failedOverAfter = isDone(result, steps.length - 2);
  return {
    id: 'majority-down',
    title: MAJORITY_DOWN,
    outcome: result.outcome,
    reason: reasonOf(result, failedOverAfter),
    down: majority,
    left: spec.sentinels - majority,
    failedOver:
      result.steps[held]?.outcome === 'failed' ? true : isDone(result, held) === null ? null : false,
    failedOverAfter,
    result,
  };
}

/** Where a failover was tried and given up the reason is known, and is better than that none came. */
function reasonOf(result: ScenarioResult, failedOver: boolean | null): string {
  const isWedged =
    failedOver === false && result.events.some((e) => e.name === '-failover-abort-no-good-slave');
  return isWedged ? WEDGE : result.reason;
}

const WEDGE =
  'no replica may be promoted (-failover-abort-no-good-slave): the replicas have priority 0, or were without their master for longer than 10 × down-after before it was marked down; sentinelctl doctor says which';

/** Whether a step came true; null where it was not reached. */
function isDone(result: ScenarioResult, i: number): boolean | null {
  const outcome = result.steps[i]?.outcome;
  return outcome === 'done' ? true : outcome === 'failed' ? false : null;
}

function scenarioOf(name: string, summary: string, spec: ClusterSpec, steps: Step[]): Scenario {
  return {
    name,
    summary,
    tags: [],
    source: null,
    shape: { ...DEFAULT_SHAPE, ...spec, loopback: 'shared' },
    drivers: [...DRIVER_NAMES],
    workload: null,
    steps,
    expect: [],
    invariants: ['old-master-rejoined'],
    weakness: null,
    file: 'quorum-test',
  };
}

function verdictOn(phases: readonly QuorumPhase[]): Pick<QuorumResult, 'outcome' | 'reason'> {
  const bad = phases.find((p) => p.outcome === 'violated') ?? phases.find((p) => p.outcome === 'unknown');
  if (bad !== undefined && bad.outcome !== 'skipped') return { outcome: bad.outcome, reason: bad.reason };
  return {
    outcome: 'holds',
    reason:
      'with one sentinel down the master was replaced; without a majority it was not replaced until they were back',
  };
}
