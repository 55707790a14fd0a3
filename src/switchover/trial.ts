import { surveyPlan } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import { refused } from '../errors.js';
import { conduct, type FaultRun } from '../faults/conduct.js';
import type { Experiment, Injected } from '../faults/experiment.js';
import { openLive } from '../faults/live-block.js';
import { sameAddress } from '../model/address.js';
import { sentinelViewsOf } from '../model/facts.js';
import { sentinelNodes } from '../model/plan.js';
import { INFO_SEEN_MS } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import type {
  Precondition,
  Rehearsed,
  SwitchoverMethod,
  SwitchoverTrial,
} from '../observe/switchover-result.js';
import { until } from '../until.js';
import { ASK_DEADLINE_MS } from '../wire/access.js';
import { direct, type MoveContext, type Moved } from './direct.js';
import { startGuard } from './guard-process.js';
import { judgeTrial } from './judge.js';
import { type Look, lookAt } from './look.js';
import { moveOf } from './move-of.js';
import { type Links, openLinks } from './moves.js';
import { MAX_GAP_MS, type SwitchoverOptions } from './options.js';
import { preconditionsOf, requireMet } from './preconditions/index.js';
import { FIRST_PRIORITY, isFirst } from './preconditions/target.js';
import { fullSyncsBetween, prove, rewriteFiles } from './prove.js';
import { rehearse } from './rehearsal.js';
import { bySentinel, coordinated, type Leader } from './sentinel-method.js';

/** The replicas have their links by then, in milliseconds. */
const BEFORE_REWRITE_MS = 200;

export interface PlayedSwitchover {
  trial: SwitchoverTrial;
  look: Look;
  preconditions: Precondition[];
  rehearsal: Rehearsed[];
  after: Snapshot;
}

/** One move of the master, from the preflight to the verdict. Whatever ends it early leaves one master. */
export async function playSwitchover(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: SwitchoverOptions & { n: number },
): Promise<PlayedSwitchover> {
  const title = options.trials > 1 ? `switchover ${options.n} of ${options.trials}` : 'switchover';
  const block = openLive(runtime, { title, leftMs: null });
  try {
    return await conduct(
      runtime,
      live,
      experiment,
      { workload: options.workload, block, hasFailedOver: options.n > 1 },
      (run) => moveOnce(run, options),
    );
  } finally {
    block.end();
  }
}

async function moveOnce(run: FaultRun, options: SwitchoverOptions): Promise<PlayedSwitchover> {
  const { runtime, live, experiment, load } = run;
  const { clock } = runtime;
  const look = await lookAt(runtime, live, options);
  const preconditions = preconditionsOf(look);
  requireMet(look, preconditions);
  const startedAt = new Date(clock.wallMs()).toISOString();
  const move = moveOf(live, look);
  const links = await openLinks(move, clock, ASK_DEADLINE_MS);
  const guard = await startGuard(runtime, move);
  let rehearsal: Rehearsed[];
  let planned: Injected[];
  let moved: Moved;
  let steered: Injected[] = [];
  try {
    rehearsal = await rehearsed(live, look, links);
    runtime.signal?.throwIfAborted();
    planned = await experiment.plan([
      { act: 'switchover', master: look.roles.master.id, target: look.target.id },
    ]);
    run.healed = false;
    if (look.method !== 'direct') steered = await steer(run, look);
    const label = `moving the master from ${look.roles.master.id} to ${look.target.id}`;
    const context = { clock, cluster: live.plan.spec.cluster, links, move, guard };
    moved = await step(runtime, 'switchover', label, () => MOVES[look.method](context, leaderOf(live, look)));
  } finally {
    links.close();
    guard.end();
  }
  const { proofs, snapshot } = await step(
    runtime,
    'prove',
    'waiting until every sentinel and node agrees',
    async () => {
      await clock.sleep(BEFORE_REWRITE_MS);
      const unwritten = await rewriteFiles(live);
      if (unwritten.length > 0)
        runtime.onProgress({
          type: 'note',
          level: 'warning',
          text: `${unwritten.join(', ')} could not write its role into its file (CONFIG REWRITE)`,
        });
      return prove(live, {
        target: look.target,
        address: move.targetAddress,
        epoch: look.epoch + 1,
      });
    },
  );
  await experiment.heal({ only: steered, prove: false });
  if (proofs.every(({ verdict }) => verdict !== 'violated')) await experiment.settled(planned);
  else await experiment.heal({ only: planned, prove: true, guarded: true });
  run.healed = true;
  const written =
    load &&
    (await load.settle({
      fault: 'switchover',
      faultAtMs: moved.turnAtMs,
      newMaster: look.target,
      returnedAtMs: null,
      convertedAtMs: null,
      cameBackEmpty: false,
      servesAgain: true,
    }));
  const trial = judgeTrial({
    look,
    moved,
    startedAt,
    proofs,
    written,
    syncFull: fullSyncsBetween(live, look.snapshot, snapshot),
    maxGapMs: options.maxGapMs ?? MAX_GAP_MS[look.method],
    method: look.method,
  });
  return { trial, look, preconditions, rehearsal, after: snapshot };
}

const MOVES: Readonly<Record<SwitchoverMethod, (context: MoveContext, leader: Leader) => Promise<Moved>>> = {
  direct,
  sentinel: bySentinel,
  coordinated,
};

/** Where Sentinel would choose another replica: a priority that comes first, until every sentinel knows it. */
async function steer({ experiment, live }: FaultRun, look: Look): Promise<Injected[]> {
  if (isFirst(look)) return [];
  const set = { 'replica-priority': String(FIRST_PRIORITY) };
  const steered = await experiment.inject([{ act: 'config', node: look.target.id, set }]);
  const { plan, asking } = live;
  await until(
    async () => {
      const views = sentinelViewsOf(await surveyPlan(plan, asking), plan.spec.masterName);
      const isKnown = views.every(({ view }) =>
        view.replicas.some(
          (replica) =>
            sameAddress(replica.address, look.target.announce) && replica.priority === FIRST_PRIORITY,
        ),
      );
      return isKnown ? true : undefined;
    },
    { clock: asking.clock, everyMs: 200, deadlineMs: INFO_SEEN_MS, signal: asking.signal },
  );
  return steered;
}

/** The sentinel that is told to fail over, where one is. */
function leaderOf(live: LiveCluster, { views }: Look): Leader {
  const sentinel = sentinelNodes(live.plan).find(({ id }) => views.some((one) => one.sentinel.id === id));
  if (sentinel === undefined) throw new Error('no sentinel answers');
  return { live, sentinel };
}

/** Throws `switchover-refused` (3) where a command would not be taken. */
async function rehearsed(live: LiveCluster, look: Look, links: Links): Promise<Rehearsed[]> {
  const rehearsal = await rehearse(live, look, links);
  const failed = rehearsal.filter(({ ok }) => !ok);
  if (failed.length === 0) return rehearsal;
  throw refused('switchover-refused', 'the rehearsal failed, and nothing was changed', {
    why: failed.map(({ node, command, answer }) => `${node}: ${command}: ${answer}`).join('\n'),
    hint: 'sentinelctl doctor',
  });
}
