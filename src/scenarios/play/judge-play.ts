import { nodeOf } from '../../faults/context.js';
import { driverWord } from '../../model/plan.js';
import { judgeInvariants } from '../../observe/invariants/index.js';
import { round } from '../../observe/phases.js';
import type { InvariantResult, Rejoin } from '../../observe/result.js';
import { trialEvents } from '../../observe/trial-events.js';
import { until } from '../../until.js';
import type { LoadResult } from '../../workload/load.js';
import { conditionText } from '../format/condition-text.js';
import { judgeCondition } from '../format/conditions.js';
import { type Evidence, idsOf } from '../format/evidence.js';
import type { ExpectationResult, ScenarioResult, StepResult } from '../format/result.js';
import { ALWAYS, type Condition } from '../format/scenario.js';
import { comebackOf, failoversIn } from '../format/timeline.js';
import { outcomeOf } from '../format/verdict.js';
import { look, type ScenarioRun } from './play-state.js';

/** Reads back, looks once more, and judges everything that was seen. The scenario has been healed. */
export async function judgePlay(
  play: ScenarioRun,
  steps: StepResult[],
  command: string,
): Promise<ScenarioResult> {
  const { scenario, live, runtime, before, startedAtMs } = play;
  const truth = nodeOf(play.live.plan, masterNow(await lookSettled(play)) ?? play.roles.master.id);
  const promises = await settleLoad(play, truth);
  const evidence: Evidence = {
    ...(await lookSettled(play)),
    ledger: promises?.ledger ?? null,
    client: promises?.client ?? null,
    keys: await keysAt(play, truth.id),
  };
  await play.elections.settle();
  const invariants = invariantsOf(play, evidence, promises);
  const expectations = scenario.expect.map((c) => expectation(c, evidence));
  const shows = (scenario.weakness?.shows ?? []).map((c) => expectation(c, evidence));
  const { outcome, reason, shown } = outcomeOf({
    steps,
    expectations,
    invariants,
    weakness: scenario.weakness,
    shows,
  });
  const answer = before.groups.flatMap((g) => g.nodes).find((n) => n.answer !== null)?.answer;
  return {
    name: scenario.name,
    summary: scenario.summary,
    tags: scenario.tags,
    source: scenario.source,
    outcome,
    reason,
    weakness:
      scenario.weakness === null
        ? null
        : {
            shown,
            probable: scenario.weakness.probable,
            explanation: scenario.weakness.explanation,
            advice: scenario.weakness.advice,
            evidence: shows,
          },
    cluster: live.plan.spec.cluster,
    driver: driverWord(live.plan),
    engine: answer ? { name: answer.engine, version: answer.version } : null,
    tookMs: Math.round(runtime.clock.now() - startedAtMs),
    steps,
    expectations,
    invariants,
    ...(promises === null ? {} : { client: promises.client, ledger: promises.ledger }),
    events: trialEvents(
      play.observer.seen.filter((o) => o.atMs >= startedAtMs),
      startedAtMs,
    ),
    command,
  };
}

/** How long everyone may take to answer as at the heal's proof, in milliseconds: a busy machine loses answers. */
const SETTLED_BOUND_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** Everyone's word once nothing is missing; as it is where that does not come. */
async function lookSettled(play: ScenarioRun): Promise<Evidence> {
  let last = await look(play);
  // Kept on purpose, it is as it is.
  if (!play.healed) return last;
  await until(
    async () => {
      if (last.missing?.length === 0) return true;
      last = await look(play);
      return undefined;
    },
    {
      clock: play.runtime.clock,
      everyMs: LOOK_EVERY_MS,
      deadlineMs: SETTLED_BOUND_MS,
      signal: play.runtime.signal,
    },
  );
  return last;
}

const expectation = (condition: Condition, evidence: Evidence): ExpectationResult => ({
  expectation: conditionText(condition),
  ...judgeCondition(condition, evidence, 'whole'),
});

/** Who says master now; the one with the most others at hand where there are two. */
function masterNow({ snapshot }: Evidence): string | null {
  const masters = (snapshot?.groups[0]?.nodes ?? []).filter((n) => n.answer?.role === 'master');
  return (
    masters.sort((a, b) => (b.answer?.attached.length ?? 0) - (a.answer?.attached.length ?? 0))[0]?.id ?? null
  );
}

async function settleLoad(
  play: ScenarioRun,
  truth: { id: string; announce: { host: string; port: number } },
): Promise<LoadResult | null> {
  if (play.load === null) return null;
  const { roles, startedAtMs, observer } = play;
  const { backAtMs, convertedAtMs, goneAtMs } = comebackOf(observer.seen, roles.master.id, startedAtMs);
  const replaced = truth.id !== roles.master.id;
  return play.load.settle({
    fault: play.firstFault ?? 'none',
    faultAtMs: play.injectedAtMs,
    newMaster: replaced ? truth : null,
    returnedAtMs: backAtMs,
    convertedAtMs: replaced ? convertedAtMs : null,
    cameBackEmpty: goneAtMs !== null && backAtMs !== null && !replaced && convertedAtMs === null,
    servesAgain: true,
  });
}

async function keysAt(play: ScenarioRun, master: string): Promise<Evidence['keys']> {
  if (play.keys === null) return null;
  const { written } = play.keys;
  try {
    return { written, missing: await play.keys.missingAt(nodeOf(play.live.plan, master)) };
  } catch {
    return { written, missing: null };
  }
}

/** Those of every scenario, and those that this one asks for. */
function invariantsOf(play: ScenarioRun, evidence: Evidence, promises: LoadResult | null): InvariantResult[] {
  const { roles, scenario, observer, startedAtMs } = play;
  const wanted: string[] = [...ALWAYS, ...scenario.invariants];
  const master = idsOf('master', evidence)[0] ?? roles.master.id;
  const seen = observer.seen.filter((o) => o.atMs >= startedAtMs);
  const replaced = failoversIn(seen, roles.masterName).length > 0;
  const judged = [
    ...(evidence.snapshot === null
      ? []
      : judgeInvariants({
          roles,
          newMaster: roles.nodes.find((n) => n.id === master) ?? null,
          rejoin: replaced ? rejoinOf(play) : null,
          snapshot: evidence.snapshot,
          seen,
          watch: {
            fromMs: startedAtMs,
            untilMs: evidence.nowMs,
            still: [],
            tookWrites: promises?.tookWrites ?? null,
          },
        })),
    ...(promises?.invariants ?? []),
    play.elections.judge(seen),
  ];
  return wanted.map(
    (id) => judged.find((i) => i.id === id) ?? { id, verdict: 'unknown', evidence: 'it could not be judged' },
  );
}

/** The old master's return, from what its own ROLE said. */
function rejoinOf({ observer, roles, startedAtMs }: ScenarioRun): Rejoin {
  const { backAtMs, convertedAtMs, linkedAtMs } = comebackOf(observer.seen, roles.master.id, startedAtMs);
  const since = (at: number | null): number | null => (at === null ? null : round(at - startedAtMs));
  return {
    mode: 'guarded',
    restartedMs: since(backAtMs ?? convertedAtMs),
    convertedMs: since(convertedAtMs),
    linkUpMs: since(linkedAtMs),
    // Proved by the heal: convergence includes that no replica lags.
    caughtUpMs: since(linkedAtMs),
    zombieMs: null,
  };
}
