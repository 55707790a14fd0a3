import { defineCommand } from '../src/cli/command.js';
import type { DownResult } from '../src/cluster/down.js';
import { usageError } from '../src/errors.js';
import { downText } from '../src/report/down.js';
import { engineOf, storeOf } from './shared/engine.js';

export default defineCommand({
  name: 'down',
  summary: 'remove a cluster of ours: processes, containers, network, volumes, files',
  examples: ['sentinelctl down', 'sentinelctl down --cluster staging --keep-data', 'sentinelctl down --all'],
  options: [
    { flags: '--keep-data', summary: 'keep what the nodes wrote, for the next up' },
    { flags: '--all', summary: 'every cluster known here', flagOnly: true },
  ],
  async run(context, { options }): Promise<DownResult | { clusters: DownResult[] }> {
    const { down } = await import('../src/cluster/down.js');
    const keepData = options.keepData === true;
    if (options.all !== true) return down(engineOf(context), context.globals.cluster, { keepData });
    if (context.globals.clusterGiven) {
      throw usageError('all-or-one', '--all and --cluster say different things', {
        hint: 'leave one of them out',
      });
    }
    const clusters: DownResult[] = [];
    for (const cluster of await storeOf(context).list())
      clusters.push(await down(engineOf(context), cluster, { keepData }));
    return { clusters };
  },
  render: (result, view) =>
    'clusters' in result ? allText(result.clusters, (r) => downText(r, view)) : downText(result, view),
});

const allText = (results: DownResult[], text: (result: DownResult) => string): string =>
  results.length === 0 ? 'no cluster is known here' : results.map(text).join('\n');
