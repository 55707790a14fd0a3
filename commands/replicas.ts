import { defineCommand } from '../src/cli/command.js';
import { replicasResult, viewsExitCode } from '../src/model/views.js';
import { masterNameOf } from '../src/model/which-master.js';
import { membersText } from '../src/report/text/views.js';
import { membersRows } from '../src/report/tsv.js';
import { lookAt } from './shared/look.js';

export default defineCommand({
  name: 'replicas',
  summary: 'the replicas as each sentinel sees them',
  description: 'SENTINEL REPLICAS at every sentinel, with the differences marked. Exits 1 where they differ.',
  examples: ['sentinelctl replicas', 'sentinelctl replicas mymaster --output tsv'],
  arguments: [
    { name: 'MASTER', summary: 'the name that it is monitored under', required: false, complete: 'master' },
  ],
  async run(context, { args }) {
    const { snapshot, masterName } = await lookAt(context, args[0]);
    return replicasResult(snapshot, masterNameOf(snapshot, masterName));
  },
  render: membersText,
  rows: membersRows,
  exitCode: viewsExitCode,
});
