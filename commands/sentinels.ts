import { defineCommand } from '../src/cli/command.js';
import { sentinelsResult, viewsExitCode } from '../src/model/views.js';
import { masterNameOf } from '../src/model/which-master.js';
import { membersText } from '../src/report/text/views.js';
import { membersRows } from '../src/report/tsv.js';
import { lookAt } from './shared/look.js';

export default defineCommand({
  name: 'sentinels',
  summary: 'the sentinels as each of them sees the others',
  description:
    'SENTINEL SENTINELS at every sentinel, with the differences marked. Exits 1 where they differ.',
  examples: ['sentinelctl sentinels', 'sentinelctl sentinels mymaster --json'],
  arguments: [
    { name: 'MASTER', summary: 'the name that it is monitored under', required: false, complete: 'master' },
  ],
  async run(context, { args }) {
    const { snapshot, masterName } = await lookAt(context, args[0]);
    return sentinelsResult(snapshot, masterNameOf(snapshot, masterName));
  },
  render: membersText,
  rows: membersRows,
  exitCode: viewsExitCode,
});
