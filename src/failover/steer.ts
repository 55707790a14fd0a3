import { surveyPlan } from '../cluster/ask.js';
import type { ActContext } from '../faults/act.js';
import { config, tell } from '../faults/acts/config.js';
import type { Experiment } from '../faults/experiment.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { dataNodes } from '../model/plan.js';
import { INFO_SEEN_MS } from '../model/sentinel-timing.js';
import { listed } from '../model/words.js';
import { until } from '../until.js';

/** Sentinel prefers the lowest replica-priority; 0 would never be chosen (sentinel.c, sentinelSelectSlave). */
const PREFERRED = 10;
const SETTING = 'replica-priority';

/** Decides which replica takes over in the next trial, so that every node is master now and then. */
export interface Steering {
  /** Makes the node that was preferred least so far the preferred one, and waits until every sentinel knows. */
  aim(): Promise<void>;
  /** What `release` restores, in words; null as long as nothing was set. */
  undone(): string | null;
  /** Restores and reads back every node's priority. Throws `not-healed` (4) with what to type. */
  release(): Promise<void>;
}

/** Reads and journals the priorities that `release` restores. `seed` decides between nodes that are equal. */
export async function steer(context: ActContext, experiment: Experiment, seed: number): Promise<Steering> {
  const { live } = context;
  const { plan, asking } = live;
  const data = dataNodes(plan);
  const set = { [SETTING]: String(PREFERRED) };
  const acts = await Promise.all(
    data.map(({ id }) => config.prepare(context, { act: 'config', node: id, set })),
  );
  const planned = await experiment.plan(acts);
  const turns = new Map(data.map((n, i) => [n.id, ((i + seed) % data.length) / data.length]));

  let isSet = false;

  return {
    undone: () => (isSet ? `${SETTING} of ${listed(data.map(({ id }) => id))}` : null),
    async aim() {
      const master = majorityMaster(await surveyPlan(plan, asking), plan.spec.masterName);
      const candidates = data.filter((n) => !sameAddress(n.announce, master));
      const next = candidates.toSorted((a, b) => (turns.get(a.id) ?? 0) - (turns.get(b.id) ?? 0))[0];
      if (next === undefined || candidates.length < 2) return;
      turns.set(next.id, (turns.get(next.id) ?? 0) + 1);
      isSet = true;
      await Promise.all(
        acts.map(({ node, was = {} }) => tell(live, node, node === next.id ? set : was, false)),
      );
      await until(
        async () => {
          const { sentinels } = await surveyPlan(plan, asking);
          const views = sentinels
            .flatMap((s) => s.answer?.masters ?? [])
            .filter((m) => m.name === plan.spec.masterName);
          const seen = views.every((view) =>
            view.replicas.every((r) => (r.priority === PREFERRED) === sameAddress(r.address, next.announce)),
          );
          return seen ? true : undefined;
        },
        { clock: asking.clock, everyMs: 200, deadlineMs: INFO_SEEN_MS, signal: asking.signal },
      );
    },
    async release() {
      await experiment.heal({ only: planned });
      await experiment.settled(planned);
    },
  };
}
