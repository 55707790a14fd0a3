import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { type History, historiesIn, pruneHistory, readHistory } from '../src/cluster/store/history.js';
import { masterOf, trendsOf } from '../src/cluster/store/run-record.js';
import { stateHome } from '../src/config/paths.js';
import { refused } from '../src/errors.js';
import { isUnnamed, typedFor, typedForNearest } from '../src/model/hints.js';
import { listed } from '../src/model/words.js';
import { type HistoryResult, historyText } from '../src/report/text/history.js';
import { HISTORY_ROWS } from '../src/report/tsv.js';
import { clusterOf, storeOf } from './shared/target.js';

const EMPTY: History = { runs: [], unreadable: [], truncated: false };

export default defineCommand({
  description:
    'Every finished failover-test is recorded, and one whose process was killed as unknown; the newest is shown first.\n' +
    'The trend is the difference of the medians to the previous run with the same fault, settings and clients. The\n' +
    'history stays when its cluster is removed, and holds the last 500 runs of a cluster; --master-name shows those of one\n' +
    'master.',
  examples: [
    'sentinelctl history',
    'sentinelctl history --limit 5 --output tsv',
    'sentinelctl history --keep 100',
  ],
  options: {
    limit: option.integer('--limit <n>', {
      summary: 'show at most N runs',
      min: 1,
      max: 100_000,
      default: 20,
    }),
    keep: option.integer('--keep <n>', {
      summary: 'remove all but the last N runs from the history',
      min: 1,
      max: 100_000,
      example: 100,
      flagOnly: true,
    }),
  },
  async run(context, { options: { limit, keep } }): Promise<HistoryResult> {
    const home = stateHome(context.env);
    const cluster = clusterOf(context);
    const before = await readHistory(home, cluster);
    if (before === null && !(await storeOf(context).list()).includes(cluster))
      await refuseUnknown(home, cluster);
    const pruned = keep === undefined || before === null ? 0 : await pruneHistory(home, cluster, keep);
    const { runs: all, unreadable, truncated } = (await readHistory(home, cluster)) ?? EMPTY;
    const { masterName } = context.globals;
    const runs = all
      .map((run) => ({ ...run, ...namedMaster(masterOf(run)) }))
      .filter((run) => masterName === null || run.masterName === masterName);
    const trends = trendsOf(runs);
    return {
      cluster,
      masterName,
      total: runs.length,
      runs: runs
        .map((run, i) => ({ ...run, trend: trends[i] ?? null }))
        .reverse()
        .slice(0, limit),
      unreadable: { lines: unreadable, truncated },
      pruned,
    };
  },
  render: historyText,
  rows: HISTORY_ROWS,
});

const namedMaster = (name: string | null): { masterName?: string } =>
  name === null ? {} : { masterName: name };

/** A cluster that neither exists nor was ever tested is a typing error. */
async function refuseUnknown(home: string, cluster: string): Promise<void> {
  const known = await historiesIn(home);
  const message = isUnnamed()
    ? `no cluster was named, and ${cluster} has no recorded run`
    : `cluster "${cluster}" does not exist on this machine, and has no recorded run`;
  throw refused('cluster-unknown', message, {
    why:
      known.length === 0
        ? 'no run of any cluster is recorded'
        : `clusters with recorded runs: ${listed(known.map((name) => `"${name}"`))}`,
    hint:
      known[0] === undefined
        ? 'a failover test records one: sentinelctl failover-test --help'
        : isUnnamed()
          ? typedFor(cluster, known[0])
          : typedForNearest(cluster, known),
  });
}
