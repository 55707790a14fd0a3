import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { unnamedCluster } from '../src/cli/which-cluster.js';
import { usedCluster } from '../src/config/paths.js';
import { usageError } from '../src/errors.js';
import { type UseResult, useText } from '../src/report/text/use.js';
import { USE_ROWS } from '../src/report/tsv.js';
import { storeOf } from './shared/target.js';

export default defineCommand({
  description:
    'Without NAME it shows which cluster commands work on here. What decides, the strongest first: --cluster,\n' +
    'SENTINELCTL_CLUSTER or REDIS_SENTINEL_ADDRS, a settings file, this choice, the only cluster that is known, default.',
  examples: ['sentinelctl use', 'sentinelctl use default', 'sentinelctl use --clear'],
  arguments: [argument.optional('NAME', { summary: 'the cluster to choose', complete: 'cluster' })],
  options: { clear: option.flag('--clear', { summary: 'choose none', flagOnly: true }) },
  async run(context, { args: [name], options: { clear } }): Promise<UseResult> {
    const { globals, env } = context;
    if (clear && name !== undefined) {
      throw usageError('contradiction', '--clear and a name cannot be combined', {
        hint: 'leave one of them out',
      });
    }
    const store = storeOf(context);
    if (name !== undefined) {
      const { requireCluster } = await import('../src/cluster/runtime.js');
      if (!(await store.isAttached(name))) await requireCluster(store, name);
      await store.use(name);
    } else if (clear) {
      await store.use(null);
    }
    const isAttached = globals.sentinelAddrs !== null;
    const { cluster, clusterFrom } = globals.clusterGiven
      ? globals
      : await unnamedCluster({ env }, 'any', globals.fileClusters);
    return {
      used: await usedCluster(store.home),
      cluster: isAttached ? null : cluster,
      from: isAttached ? (globals.sentinelAddrsFrom ?? 'flag') : clusterFrom,
      known: await store.list(),
      changed: clear || name !== undefined,
    };
  },
  render: useText,
  rows: USE_ROWS,
  toJson: ({ changed: _, known: __, ...result }) => result,
});
