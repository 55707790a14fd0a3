import { defineCommand } from '../src/cli/command.js';
import { asks, confirm } from '../src/cli/confirm.js';
import type { Context } from '../src/cli/context.js';
import { option } from '../src/cli/option.js';
import type { DownOptions, DownResult } from '../src/cluster/down.js';
import type { ClusterState } from '../src/cluster/store/state.js';
import { messageOf, OperatorError, usageError } from '../src/errors.js';
import { downAllText, downText } from '../src/report/text/down.js';
import { DOWN_ROWS } from '../src/report/tsv.js';
import { ALL_CLUSTERS } from './shared/all-clusters.js';
import { requireNamed } from './shared/named.js';
import { runtimeOf } from './shared/runtime.js';
import { clusterOf, requestOf, storeOf } from './shared/target.js';

export default defineCommand({
  description:
    'On a terminal it says what goes and asks first. Data that an earlier down --keep-data kept is deleted only after that\n' +
    'question, with --delete-data or with --yes. Where nothing is known of a cluster here, because it was made with another\n' +
    'state directory, --cluster NAME --yes removes the containers, the network and the volumes that carry its name.',
  examples: ['sentinelctl down', 'sentinelctl down --all', 'sentinelctl down --cluster staging --keep-data'],
  options: {
    keepData: option.flag('--keep-data', { summary: 'keep the data directories for the next up' }),
    deleteData: option.flag('--delete-data', {
      summary: 'delete also the data that an earlier down --keep-data kept',
      flagOnly: true,
    }),
    all: ALL_CLUSTERS,
  },
  async run(context, { options }): Promise<DownResult | { clusters: DownResult[] }> {
    const { globals } = context;
    const { keepData } = options;
    if (keepData && options.deleteData) {
      throw usageError('contradiction', '--keep-data and --delete-data cannot be combined', {
        hint: 'leave one of them out',
      });
    }
    const how = {
      keepData,
      deleteData: options.deleteData || globals.yes || asks(context),
      byName: globals.yes && globals.clusterGiven,
    };
    if (!options.all) {
      // Addresses select the cluster that they belong to; an attached cluster must not fall back to the default one.
      const cluster = globals.sentinelAddrs === null ? clusterOf(context) : await namedBy(context);
      const known = await confirmDown(context, [cluster], how);
      const { down } = await import('../src/cluster/down.js');
      return down(runtimeOf(context), cluster, how, known.get(cluster));
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
    const store = storeOf(context);
    const names = await store.list();
    // What sentinelctl did not start stays as it is.
    const attached = await Promise.all(names.map((name) => store.isAttached(name)));
    const clusters = names.filter((_, i) => attached[i] !== true);
    const known = await confirmDown(context, clusters, how);
    return { clusters: await downAll(context, clusters, how, known) };
  },
  render: (result, view) =>
    'clusters' in result ? downAllText(result.clusters, view) : downText(result, view),
  rows: DOWN_ROWS,
});

/** The cluster that the addresses of its sentinels belong to. */
async function namedBy(context: Context): Promise<string> {
  const { resolveOwn } = await import('../src/cluster/target.js');
  return resolveOwn(storeOf(context), requestOf(context, context.globals.masterName));
}

/** States as they were read for the question. */
type Known = Map<string, ClusterState | 'damaged'>;

/** One question for all of them; none where nothing of value is left. */
async function confirmDown(
  context: Context,
  clusters: readonly string[],
  { keepData }: DownOptions,
): Promise<Known> {
  const known: Known = new Map();
  requireNamed(context.globals, clusters, 'down');
  if (!asks(context)) return known;
  const [{ downWords, previewDown }, { stateOrDamage }] = await Promise.all([
    import('../src/cluster/down-preview.js'),
    import('../src/cluster/down.js'),
  ]);
  const runtime = runtimeOf(context);
  const look = async (cluster: string): ReturnType<typeof previewDown> => {
    const state = await stateOrDamage(runtime, cluster);
    known.set(cluster, state);
    return previewDown(runtime, state);
  };
  const words = await Promise.all(
    clusters.map(async (cluster) => {
      const preview = look(cluster);
      // One of several that cannot be looked at does not stop the others.
      return downWords(await (clusters.length > 1 ? preview.catch(() => null) : preview), cluster, keepData);
    }),
  );
  const said = words.filter((line) => line !== null);
  if (said.length > 0) await confirm(context, () => said.join('; '));
  return known;
}

/** A failure does not stop the others. Throws `not-all-down`, with the exit code of the first failure. */
async function downAll(
  context: Context,
  names: readonly string[],
  how: DownOptions,
  known: Known,
): Promise<DownResult[]> {
  const { down } = await import('../src/cluster/down.js');
  const clusters: DownResult[] = [];
  const failures: { cluster: string; error: unknown }[] = [];
  for (const cluster of names) {
    if (context.signal.aborted) break;
    try {
      clusters.push(await down(runtimeOf(context), cluster, how, known.get(cluster)));
    } catch (error) {
      failures.push({ cluster, error });
    }
  }
  const [first] = failures;
  if (first === undefined) return clusters;
  if (!(first.error instanceof OperatorError)) throw first.error;
  const failed = failures.map((f) => f.cluster).join(', ');
  throw new OperatorError({
    code: 'not-all-down',
    message: `${failed} could not be removed, ${clusters.length} other${clusters.length === 1 ? ' was' : 's were'}`,
    why: failures.map((f) => `${f.cluster}: ${messageOf(f.error)}`).join('\n'),
    hint: first.error.hint,
    exitCode: first.error.exitCode,
    cause: first.error,
  });
}
