import { surveyPlan } from '../../cluster/ask.js';
import type { LiveCluster } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import { CLIENT } from '../../drivers/links.js';
import { EXIT, messageAndWhy, OperatorError } from '../../errors.js';
import { conduct, healRun } from '../../faults/conduct.js';
import { nodeOf } from '../../faults/context.js';
import { openExperiment } from '../../faults/experiment.js';
import type { LiveBlock } from '../../faults/live-block.js';
import { idsOf } from '../format/evidence.js';
import type { ScenarioResult, StepResult } from '../format/result.js';
import type { Scenario } from '../format/scenario.js';
import { followElections } from './elections.js';
import { judgePlay } from './judge-play.js';
import { evidenceSoFar, type ScenarioRun } from './play-state.js';
import { stepText } from './step-text.js';
import { doStep } from './steps.js';

/** Long after every scenario has ended by itself, in milliseconds: then a guard heals, where this process is gone. */
const GUARD_MS = 15 * 60_000;

export interface PlayOptions {
  /** Leave what was injected and not healed by the scenario itself. */
  keep: boolean;
  /** The cluster is removed after an abort anyway, with all that is in effect on it: then nothing is rolled back first. */
  disposable: boolean;
  /** The same command has replaced the master before. */
  hasFailedOver?: boolean;
  /** What to type to play it again. */
  command: string;
  /** Shows what the clients do. */
  block?: LiveBlock;
}

/** What came of a scenario; `settled`: the cluster is proved converged again, and can be used for another one. */
export interface Played {
  result: ScenarioResult;
  settled: boolean;
}

/**
 * Plays one scenario on a cluster created by sentinelctl, under its lock: look, watch, load, the steps, heal, read back, judge.
 * Whatever happens after the first injection, an abort included, everything is rolled back before this settles. Throws
 * `not-steady`, `too-soon` (3) before anything is done, `not-healed` (4), or the signal's reason.
 */
export async function playScenario(
  runtime: Runtime,
  live: LiveCluster,
  scenario: Scenario,
  options: PlayOptions,
): Promise<Played> {
  const { plan, asking } = live;
  const experiment = await openExperiment(runtime, live, {
    what: `chaos run ${scenario.name} --cluster ${plan.spec.cluster}`,
    keep: options.keep,
    guardMs: GUARD_MS,
  });
  const elections = followElections(plan, asking);
  const { workload } = scenario;
  const done: StepResult[] = [];
  try {
    return await conduct(
      runtime,
      live,
      experiment,
      {
        workload: workload && { ...workload, pipeline: 1, readRatio: 0, readFrom: 'master' },
        clientsApart: cutsClients(scenario),
        onSeen: elections.onSeen,
        block: options.block,
        hasFailedOver: options.hasFailedOver === true,
        seen: () => seenLines(scenario, done),
        leaves: () => options.keep || (options.disposable && runtime.signal?.aborted === true),
      },
      async (run) => {
        const play: ScenarioRun = Object.assign(run, {
          scenario,
          elections,
          keys: null,
          injected: [],
          firstFault: null,
          onWaiting: () => {},
        });
        try {
          const steps = await playSteps(play, done);
          if (!options.keep) await healRun(run);
          const result = await judgePlay(play, steps, options.command);
          return { result, settled: result.invariants.every((i) => i.verdict === 'holds') };
        } finally {
          await removeKeys(play);
        }
      },
    );
  } finally {
    await elections.settle();
    await experiment.close();
  }
}

/** Whether a step takes the clients along: `master+client`, or among one of two groups. */
const cutsClients = ({ steps }: Scenario): boolean =>
  steps.some((step) => step.do === 'inject' && step.on.some((who) => who.split(/[+|,]/).includes(CLIENT)));

/** What the steps of an interrupted scenario saw, and within which one it ended. */
function seenLines({ steps }: Scenario, done: readonly StepResult[]): string[] {
  const next = steps[done.length];
  const seen = done.map(({ step, evidence }) => (evidence === '' ? step : `${step}: ${evidence}`));
  return [
    ...(seen.length === 0 ? [] : [`seen: ${seen.join('; ')}`]),
    next === undefined ? 'interrupted after its last step' : `interrupted in: ${stepText(next)}`,
  ];
}

/** Each step in turn, added to `results`; after one that failed only what heals is still done, by the caller. */
async function playSteps(play: ScenarioRun, results: StepResult[]): Promise<StepResult[]> {
  const { clock, onProgress, signal } = play.runtime;
  let broken = false;
  for (const [i, step] of play.scenario.steps.entries()) {
    const text = stepText(step);
    if (broken) {
      results.push({ step: text, outcome: 'not-reached', evidence: '', atMs: null, tookMs: null });
      continue;
    }
    const begun = clock.now();
    const id = `step-${i}`;
    onProgress({ type: 'step', id, state: 'start', label: text });
    let shown = '';
    play.onWaiting = (evidence) => {
      if (evidence !== shown)
        onProgress({ type: 'step', id, state: 'start', label: text, missing: [evidence] });
      shown = evidence;
    };
    let done: Pick<StepResult, 'outcome' | 'evidence'>;
    try {
      done = await doStep(play, step);
    } catch (error) {
      onProgress({ type: 'step', id, state: 'failed', label: text, ms: clock.now() - begun });
      signal?.throwIfAborted();
      if (cannotGoOn(play, error)) throw error;
      done = { outcome: 'unknown', evidence: messageAndWhy(error) };
    }
    const tookMs = clock.now() - begun;
    broken = done.outcome !== 'done';
    if (broken)
      onProgress({ type: 'step', id, state: 'failed', label: `${text}: ${done.evidence}`, ms: tookMs });
    else onProgress({ type: 'step', id, state: 'done', label: text, ms: tookMs });
    results.push({
      step: text,
      ...done,
      atMs: Math.round(begun - play.startedAtMs),
      tookMs: Math.round(tookMs),
    });
  }
  return results;
}

/** Refused before anything was done, or not to be restored: nothing that a scenario's verdict could hide. */
function cannotGoOn(play: ScenarioRun, error: unknown): boolean {
  if (!(error instanceof OperatorError)) return true;
  if (error.exitCode === EXIT.notRestored || error.exitCode === EXIT.usage) return true;
  return error.exitCode === EXIT.refused && play.injected.length === 0;
}

/** Keys of a node that is gone, or of a run that was cut short, go with the cluster or stay under their own prefix. */
async function removeKeys(play: ScenarioRun): Promise<void> {
  const { keys } = play;
  if (keys === null) return;
  try {
    const snapshot = await surveyPlan(play.live.plan, { ...play.live.asking, signal: undefined });
    const master = snapshot.groups[0]?.nodes.find((n) => n.answer?.role === 'master')?.id;
    await keys.remove(
      nodeOf(play.live.plan, master ?? idsOf('master', evidenceSoFar(play))[0] ?? play.roles.master.id),
    );
  } catch {
    // They carry a prefix of their own.
  }
}
