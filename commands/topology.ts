import { defineCommand } from '../src/cli/command.js';
import { topologyExitCode, topologyOf } from '../src/model/topology.js';
import { masterNameOf } from '../src/model/which-master.js';
import { topologyText } from '../src/report/text/topology.js';
import { TOPOLOGY_ROWS } from '../src/report/tsv.js';
import { lookAt, MASTER } from './shared/look.js';

export default defineCommand({
  description:
    'What every data node says that it follows, and who each one says is attached to it: also replicas of replicas, and\n' +
    'replicas that no sentinel lists. With link, lag, keys, priority and version. status judges it.',
  examples: ['sentinelctl topology', 'sentinelctl topology mymaster --output tsv'],
  arguments: [MASTER],
  async run(context, { args: [name] }) {
    const { snapshot, masterName, ctl } = await lookAt(context, name);
    return topologyOf(snapshot, masterNameOf(snapshot, masterName, ctl));
  },
  render: topologyText,
  rows: TOPOLOGY_ROWS,
  exitCode: topologyExitCode,
});
