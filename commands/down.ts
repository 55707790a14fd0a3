import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { option } from '../src/cli/option.js';
import type { DownResult } from '../src/cluster/down.js';
import { messageOf, OperatorError, usageError } from '../src/errors.js';
import { downAllText, downText } from '../src/report/text/down.js';
import { ALL_CLUSTERS } from './shared/all-clusters.js';
import { ownCluster, runtimeOf, storeOf } from './shared/runtime.js';

export default defineCommand({
  examples: ['sentinelctl down', 'sentinelctl down --cluster staging --keep-data', 'sentinelctl down --all'],
  options: {
    keepData: option.flag('--keep-data', { summary: 'keep the data directories for the next up' }),
    all: ALL_CLUSTERS,
  },
  async run(context, { options }): Promise<DownResult | { clusters: DownResult[] }> {
    const { globals } = context;
    const { keepData } = options;
    const { down } = await import('../src/cluster/down.js');
    if (!options.all) {
      // Addresses select the cluster that they belong to; an attached cluster must not fall back to the default one.
      const cluster =
        globals.sentinelAddrs === null ? globals.cluster : (await ownCluster(context, 'down')).name;
      return down(runtimeOf(context), cluster, { keepData });
    }
    const named = globals.clusterGiven
      ? '--cluster'
      : globals.sentinelAddrsFrom === 'flag'
        ? '--sentinel-addrs'
        : undefined;
    if (named !== undefined) {
      throw usageError('all-or-one', `--all cannot be combined with ${named}`, {
        hint: 'leave one of them out',
      });
    }
    return { clusters: await downAll(context, keepData) };
  },
  render: (result, view) =>
    'clusters' in result ? downAllText(result.clusters, view) : downText(result, view),
});

/** A failure does not stop the others. Throws `not-all-down`, with the exit code of the first failure. */
async function downAll(context: Context, keepData: boolean): Promise<DownResult[]> {
  const { down } = await import('../src/cluster/down.js');
  const clusters: DownResult[] = [];
  const failures: { cluster: string; error: unknown }[] = [];
  for (const cluster of await storeOf(context).list()) {
    if (context.signal.aborted) break;
    try {
      clusters.push(await down(runtimeOf(context), cluster, { keepData }));
    } catch (error) {
      failures.push({ cluster, error });
    }
  }
  const [first] = failures;
  if (first === undefined) return clusters;
  if (!(first.error instanceof OperatorError)) throw first.error;
  const names = failures.map((f) => f.cluster).join(', ');
  throw new OperatorError({
    code: 'not-all-down',
    message: `${names} could not be removed, ${clusters.length} other${clusters.length === 1 ? ' was' : 's were'}`,
    why: failures.map((f) => `${f.cluster}: ${messageOf(f.error)}`).join('\n'),
    hint: first.error.hint,
    exitCode: first.error.exitCode,
    cause: first.error,
  });
}
