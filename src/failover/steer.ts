import { surveyPlan, withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import type { Experiment } from '../faults/experiment.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import { INFO_SEEN_MS } from '../model/sentinel-timing.js';
import { until } from '../until.js';

/** Sentinel prefers the lowest replica-priority; 0 would never be chosen (sentinel.c, sentinelSelectSlave). */
const PREFERRED = 10;

/** Decides which replica takes over in the next trial, so that every node is master now and then. */
export interface Steering {
  /** Makes the node that was preferred least so far the preferred one, and waits until every sentinel knows. */
  aim(): Promise<void>;
  /** Gives every node back the priority that it had. */
  release(): Promise<void>;
}

/** Reads the priorities that must be given back. `seed` decides between nodes that are equal. */
export async function steer(live: LiveCluster, experiment: Experiment, seed: number): Promise<Steering> {
  const { plan, asking } = live;
  const data = dataNodes(plan);
  const had = new Map<string, string>();
  for (const node of data) {
    const reply = await withNode(node, asking, (c) => c.call('CONFIG', 'GET', 'replica-priority'));
    had.set(node.id, Array.isArray(reply) ? String(reply[1] ?? '100') : '100');
  }
  const planned = await experiment.plan(
    [...had].map(([node, value]) => ({
      act: 'config',
      node,
      set: { 'replica-priority': String(PREFERRED) },
      was: { 'replica-priority': value },
    })),
  );
  const turns = new Map(data.map((n, i) => [n.id, ((i + seed) % data.length) / data.length]));
  const setPriority = (node: NodePlan, value: number | string): Promise<unknown> =>
    withNode(node, { ...asking, signal: undefined }, (c) =>
      c.call('CONFIG', 'SET', 'replica-priority', value),
    );

  /** In its file as well: Sentinel has every node it reconfigures write down what it has at that moment (CONFIG REWRITE). */
  const giveBack = (node: NodePlan, value: string): Promise<unknown> =>
    withNode(node, { ...asking, signal: undefined }, async (c) => {
      await c.call('CONFIG', 'SET', 'replica-priority', value);
      await c.call('CONFIG', 'REWRITE');
    });

  return {
    async aim() {
      const master = majorityMaster(await surveyPlan(plan, asking), plan.spec.masterName);
      const candidates = data.filter((n) => !sameAddress(n.announce, master));
      const next = candidates.toSorted((a, b) => (turns.get(a.id) ?? 0) - (turns.get(b.id) ?? 0))[0];
      if (next === undefined || candidates.length < 2) return;
      turns.set(next.id, (turns.get(next.id) ?? 0) + 1);
      await Promise.all(
        data.map((n) => setPriority(n, n.id === next.id ? PREFERRED : (had.get(n.id) ?? '100'))),
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
      const given = await Promise.allSettled(data.map((n) => giveBack(n, had.get(n.id) ?? '100')));
      // What could not be given back stays in the journal.
      await experiment.settled(planned.filter((_, i) => given[i]?.status === 'fulfilled'));
    },
  };
}
