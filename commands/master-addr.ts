import { defineCommand } from '../src/cli/command.js';
import { viewsExitCode } from '../src/model/views.js';
import { masterAddrResult } from '../src/model/which-master.js';
import { masterAddrText } from '../src/report/text/views.js';
import { masterAddrRows } from '../src/report/tsv.js';
import { lookAt } from './shared/look.js';

export default defineCommand({
  name: 'master-addr',
  summary: 'where the master is, as the sentinels say',
  description: 'SENTINEL GET-MASTER-ADDR-BY-NAME at every sentinel. Exits 1 where they differ.',
  examples: ['sentinelctl master-addr', 'sentinelctl master-addr mymaster --json'],
  arguments: [
    { name: 'MASTER', summary: 'the name that it is monitored under', required: false, complete: 'master' },
  ],
  async run(context, { args }) {
    const { snapshot, masterName } = await lookAt(context, args[0]);
    return masterAddrResult(snapshot, masterName);
  },
  render: masterAddrText,
  rows: masterAddrRows,
  exitCode: viewsExitCode,
});
