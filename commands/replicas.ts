import { defineCommand } from '../src/cli/command.js';
import { replicasResult, viewsExitCode } from '../src/model/views.js';
import { masterNameOf } from '../src/model/which-master.js';
import { membersText } from '../src/report/text/views.js';
import { membersRows } from '../src/report/tsv.js';
import { lookAt, MASTER } from './shared/look.js';

export default defineCommand({
  description: 'SENTINEL REPLICAS at every sentinel, with the differences marked. Exits 1 if they differ.',
  examples: ['sentinelctl replicas', 'sentinelctl replicas mymaster --output tsv'],
  arguments: [MASTER],
  async run(context, { args: [name] }) {
    const { snapshot, masterName, ctl } = await lookAt(context, name);
    return replicasResult(snapshot, masterNameOf(snapshot, masterName, ctl));
  },
  render: membersText,
  rows: membersRows('replicas'),
  exitCode: viewsExitCode,
});
