import { defineCommand } from '../src/cli/command.js';
import { viewsExitCode } from '../src/model/views.js';
import { masterAddrResult } from '../src/model/which-master.js';
import { masterAddrText } from '../src/report/text/views.js';
import { MASTER_ADDR_ROWS } from '../src/report/tsv.js';
import { lookAt, MASTER } from './shared/look.js';

export default defineCommand({
  description: 'SENTINEL GET-MASTER-ADDR-BY-NAME at every sentinel. Exits 1 if they differ.',
  examples: ['sentinelctl master-addr', 'sentinelctl master-addr mymaster --json'],
  arguments: [MASTER],
  async run(context, { args: [name] }) {
    const { snapshot, masterName, ctl } = await lookAt(context, name);
    return masterAddrResult(snapshot, masterName, ctl);
  },
  render: masterAddrText,
  rows: MASTER_ADDR_ROWS,
  exitCode: viewsExitCode,
});
