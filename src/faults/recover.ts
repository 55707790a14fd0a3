import { surveyPlan } from '../cluster/ask.js';
import { type LiveCluster, withCluster, withoutSignal } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { type Journal, unfinishedJournal } from '../cluster/store/journal.js';
import type { ClusterState } from '../cluster/store/state.js';
import { convergence } from '../model/convergence.js';
import type { Act, ActContext } from './act.js';
import { describeAct } from './acts/index.js';
import { bringBack, isDataGone, startFromDisk, thaw } from './bring-back.js';
import { resumeExperiment, unbroken } from './experiment.js';
import { endGuards } from './guard-process.js';
import { masterNow, undoneWords } from './restored.js';
import { removeRunKeys } from './run-keys.js';

export interface RecoverResult {
  cluster: string;
  /** What left it so, as its journal says; null where there was nothing to roll back. */
  what: string | null;
  /** When that was begun, ISO 8601; null where there was nothing to roll back. */
  since: string | null;
  /** What was rolled back, in words, in this order; empty where it was rolled back already. */
  undone: string[];
  /** What was done and stays, in words: a RESET cannot be rolled back. */
  stays: string[];
  /** Nodes that were down though this tool had not ended them, and were started. */
  started: string[];
  /** How many keys of that run were removed. */
  keys: number;
  /** Whether convergence was proved; false where the cluster was not whole before that run, or at the one look where there was none. */
  converged: boolean;
  /** Who is the master now. */
  master: string | null;
}

/**
 * Finishes what an earlier run left: rolls back in reverse order what its journal says was begun, starts what is down,
 * proves convergence, and closes the journal. Can be killed itself and run again. `only` takes the journal of that id,
 * and no other. Throws `not-healed` (4) with what is still wrong.
 */
export function recover(
  runtime: Runtime,
  known: ClusterState,
  what: string,
  only?: string,
): Promise<RecoverResult> {
  const { cluster } = known.plan.spec;
  return withCluster(runtime, known, { lock: what, journal: 'any' }, async (live) => {
    const journal = await unfinishedJournal(runtime.store, cluster);
    const isMeant = journal !== null && (only === undefined || journal.head.id === only);
    if (!isMeant)
      return {
        cluster,
        what: null,
        since: null,
        undone: [],
        stays: [],
        started: [],
        keys: 0,
        converged: await isConverged(live),
        master: null,
      };
    return finish(runtime, withoutSignal(live), journal);
  });
}

/** Whether one look proves convergence. */
async function isConverged({ plan, asking }: LiveCluster): Promise<boolean> {
  const { masterName } = plan.spec;
  return convergence(await surveyPlan(plan, asking), { masterName, nodes: plan.nodes }).length === 0;
}

async function finish(runtime: Runtime, live: LiveCluster, journal: Journal): Promise<RecoverResult> {
  const { cluster } = live.plan.spec;
  const context: ActContext = { ...unbroken(runtime, live), guarded: true };
  await endGuards(journal.guards);
  const experiment = resumeExperiment(runtime, live, journal);
  const undone = experiment.active().toReversed();
  if (await isDataGone(context)) await startFromDisk(context);
  await experiment.heal({ prove: false, guarded: true });
  const wasWhole = journal.head.proof ?? true;
  const started = wasWhole ? await startRest(context, undone) : [];
  // Nothing is in effect now: what is left of the heal is the proof, where the cluster was whole before.
  await experiment.heal({ prove: true, guarded: true });
  const keys = wasWhole ? await removeRunKeys(live) : 0;
  await experiment.close();
  const master = await masterNow(live);
  const proved = wasWhole ? master : null;
  return {
    cluster,
    what: journal.head.what,
    since: new Date(journal.head.atMs).toISOString(),
    undone: undone.flatMap(({ act }) => (act.act === 'reset' ? [] : [undoneWords(live, act, proved)])),
    stays: undone.flatMap(({ act }) => (act.act === 'reset' ? [describeAct({ live }, act)] : [])),
    started,
    keys,
    converged: wasWhole,
    master: master?.id ?? null,
  };
}

/** What is down though the journal does not name it: the machine was restarted, or the run was about to write it. */
async function startRest(context: ActContext, undone: readonly { act: Act }[]): Promise<string[]> {
  const named = new Set(undone.flatMap(({ act }) => ('node' in act ? [act.node] : [])));
  const started: string[] = [];
  const { plan, host } = context.live;
  for (const node of plan.nodes.toSorted((a, b) => b.kind.localeCompare(a.kind))) {
    const { state } = await host.inspect(node.id);
    if (state === 'running') continue;
    if (state === 'paused') await (node.kind === 'redis' ? thaw(context, node) : host.resume(node.id));
    else await bringBack(context, node);
    if (!named.has(node.id)) started.push(node.id);
  }
  return started;
}
