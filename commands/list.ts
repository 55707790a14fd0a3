import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import type { ListedCluster } from '../src/cluster/list.js';
import type { VerdictWord } from '../src/model/status.js';
import { listText } from '../src/report/text/list.js';
import { LIST_ROWS } from '../src/report/tsv.js';
import { OPEN_ACCESS } from '../src/wire/access.js';
import { runtimeOf, storeOf } from './shared/runtime.js';
import { statusOf } from './shared/status-of.js';

/** A cluster with what its servers say; both null where it was not asked. */
interface Listed extends ListedCluster {
  verdict: VerdictWord | null;
  /** The id of the master that the sentinels name. */
  master: string | null;
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
  if ((listed.running ?? 0) === 0) return { ...listed, verdict: null, master: null };
  const { resolveTarget } = await import('../src/cluster/target.js');
  const target = await resolveTarget(storeOf(context), {
    cluster: listed.cluster,
    sentinelAddrs: null,
    sentinelAddrsFrom: null,
    masterName: null,
    access: OPEN_ACCESS,
  });
  const { verdict, masters } = await statusOf(context, target, context.signal);
  return { ...listed, verdict: verdict.word, master: masters[0]?.master?.id ?? null };
}
