import { conditionWaitMs, noFailoverHoldMs } from '../../model/sentinel-timing.js';
import { until } from '../../until.js';
import { judgeCondition } from '../format/conditions.js';
import type { Judgement } from '../format/evidence.js';
import type { Condition } from '../format/scenario.js';
import { evidenceSoFar, look, type ScenarioRun } from './play-state.js';

/** How often what was seen is gone through, and how often everyone is asked, in milliseconds. */
const EVIDENCE_EVERY_MS = 50;
const LOOK_EVERY_MS = 250;

/** Conditions that need a question to a server; the others show by themselves. */
const needsALook = (condition: Condition): boolean =>
  condition.is === 'converged' || condition.is === 'quorum';

const judgeNow = async (play: ScenarioRun, condition: Condition): Promise<Judgement> =>
  judgeCondition(
    condition,
    needsALook(condition) ? await look(play) : evidenceSoFar(play),
    'since-injection',
  );

/** Waits until a condition holds; the last judgement where it did not in time. */
export async function waitFor(
  play: ScenarioRun,
  condition: Condition,
  withinMs: number | null,
): Promise<Judgement> {
  let last: Judgement = { verdict: 'unknown', evidence: 'not checked' };
  await until(
    async () => {
      last = await judgeNow(play, condition);
      if (last.verdict === 'holds') return true;
      play.onWaiting(last.evidence);
      return undefined;
    },
    {
      clock: play.runtime.clock,
      everyMs: needsALook(condition) ? LOOK_EVERY_MS : EVIDENCE_EVERY_MS,
      deadlineMs: withinMs ?? conditionWaitMs(play.roles.settings),
      signal: play.runtime.signal,
    },
  );
  return last;
}

/**
 * Looks for as long whether a condition goes on holding, and ends at once where it does not. By default longer than
 * anything that could still begin: down-after, and the time an election has.
 */
export async function hold(
  play: ScenarioRun,
  condition: Condition,
  forMs: number | null,
): Promise<Judgement> {
  let last: Judgement = { verdict: 'unknown', evidence: 'not checked' };
  await until(
    async () => {
      last = await judgeNow(play, condition);
      return last.verdict === 'holds' ? undefined : true;
    },
    {
      clock: play.runtime.clock,
      everyMs: needsALook(condition) ? LOOK_EVERY_MS : EVIDENCE_EVERY_MS,
      deadlineMs: forMs ?? noFailoverHoldMs(play.roles.settings),
      signal: play.runtime.signal,
    },
  );
  return last;
}
