import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import type { ListedCluster } from '../src/cluster/list.js';
import { messageOf } from '../src/errors.js';
import { ATTACHED } from '../src/model/drivers.js';
import type { VerdictWord } from '../src/model/status.js';
import { count } from '../src/model/words.js';
import { listText } from '../src/report/text/list.js';
import { LIST_ROWS } from '../src/report/tsv.js';
import { accessSource } from './shared/access.js';
import { runtimeOf } from './shared/runtime.js';
import { statusOf } from './shared/status-of.js';
import { storeOf } from './shared/target.js';

/** A cluster with what its servers say; both null where it was not asked. */
interface Listed extends ListedCluster {
  verdict: VerdictWord | null;
  /** The id of the master that the sentinels name. */
  master: string | null;
  /** Of an attached cluster: the ids of the servers that do not answer; absent where each does. */
  silent?: string[];
}

export default defineCommand({
  examples: ['sentinelctl list', 'sentinelctl list --output tsv'],
  async run(context) {
    const { listClusters } = await import('../src/cluster/list.js');
    const clusters = await listClusters(runtimeOf(context));
    return {
      clusters: await Promise.all(clusters.map((one) => judged(context, one))),
      nowMs: context.clock.wallMs(),
    };
  },
  render: ({ clusters, nowMs }, view) => listText(clusters, nowMs, view),
  rows: LIST_ROWS,
  toJson: ({ clusters }) => ({ clusters }),
});

/** A cluster whose nodes run is asked for its verdict, as `status` does. */
async function judged(context: Context, listed: ListedCluster): Promise<Listed> {
  const unasked = { ...listed, verdict: null, master: null };
  const isAttached = listed.driver === ATTACHED;
  if (!isAttached && (listed.running ?? 0) === 0) return unasked;
  try {
    const { resolveTarget } = await import('../src/cluster/target.js');
    const target = await resolveTarget(storeOf(context), {
      cluster: listed.cluster,
      sentinelAddrs: null,
      sentinelAddrsFrom: null,
      masterName: null,
      access: accessSource(context),
    });
    const { verdict, masters, sentinels } = await statusOf(context, target, context.signal);
    const seen = [...sentinels, ...masters.flatMap((m) => m.nodes)];
    const answering = new Set(seen.filter((s) => s.reachable).map((s) => s.id));
    const silent = [...new Set(seen.filter((s) => !answering.has(s.id)).map((s) => s.id))];
    const [only, ...others] = masters;
    return {
      ...listed,
      ...(isAttached && {
        running: answering.size,
        nodes: Math.max(listed.nodes, new Set(seen.map((s) => s.id)).size),
        ...(silent.length > 0 && { silent }),
      }),
      verdict: verdict.word,
      master: others.length > 0 ? count(masters.length, 'master') : (only?.master?.id ?? null),
    };
  } catch (error) {
    // If the password of one attached cluster is not available, the others are listed all the same.
    if (!isAttached || context.signal.aborted) throw error;
    return { ...unasked, state: 'unknown', why: messageOf(error) };
  }
}
