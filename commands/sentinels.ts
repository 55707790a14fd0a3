import { defineCommand } from '../src/cli/command.js';
import { sentinelsResult, viewsExitCode } from '../src/model/views.js';
import { masterNameOf } from '../src/model/which-master.js';
import { membersText } from '../src/report/text/views.js';
import { membersRows } from '../src/report/tsv.js';
import { lookAt, MASTER } from './shared/look.js';

export default defineCommand({
  description: 'SENTINEL SENTINELS at every sentinel, with the differences marked. Exits 1 if they differ.',
  examples: ['sentinelctl sentinels', 'sentinelctl sentinels mymaster --json'],
  arguments: [MASTER],
  async run(context, { args: [name] }) {
    const { snapshot, masterName, ctl } = await lookAt(context, name);
    return sentinelsResult(snapshot, masterNameOf(snapshot, masterName, ctl));
  },
  render: membersText,
  rows: membersRows('sentinels'),
  exitCode: viewsExitCode,
});
